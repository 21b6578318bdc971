"""How an app hides: a technique as the files under `rules/evasion/` describe it. Frozen data only.

A technique never makes an app known. It says what a known identifier, a known name or a known
app still means where it stands in disguise, and how sure that is at most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from policycheck.model import Confidence

_PLACES: Mapping[str, str] = {
    "known": r"(?P<known>.+?)",
    "number": r"[0-9]{1,3}",
    "team": r"[A-Z0-9]{10}",
    "web_app": r"[a-p]{32}",
    "uuid": r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "text": r".+",
}
"""What may stand in braces; no place repeats inside another, so that matching takes linear time."""
PLACES = tuple(_PLACES)
LONGEST = 512
"""No identifier or name is longer; what is, is not looked at for disguises."""


def pattern_places(pattern: str) -> list[str]:
    """Return the names that stand in a pattern's braces."""
    return re.findall(r"\{([^}]*)\}", pattern)


@dataclass(frozen=True)
class IdentifierPattern:
    """What an identifier in disguise looks like: fixed text around places (`{known}{number}`)."""

    pattern: str
    types: tuple[str, ...] = ()
    """Empty: of any type, and of none."""
    known_type: str | None = None
    """The type of what stands at `{known}`; null: that of the identifier itself."""

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        pieces = re.split(r"\{([^}]*)\}", self.pattern)
        fixed = map(re.escape, pieces[::2])
        places = [_PLACES[name] for name in pieces[1::2]]
        pairs = zip(fixed, [*places, ""], strict=True)
        return re.compile("".join(f"{text}{place}" for text, place in pairs))

    @cached_property
    def start(self) -> str:
        """The fixed text before the first place."""
        return self.pattern.partition("{")[0]

    def fits_type(self, type_: str | None) -> bool:
        """Say whether an identifier of this type may fit; one without a type always may."""
        return not self.types or type_ is None or type_ in self.types

    def find(self, identifier: str) -> str | None:
        """Return what stands at `{known}` ("" where there is no such place); null: no fit."""
        if not identifier.startswith(self.start) or len(identifier) > LONGEST:
            return None
        found = self._regex.fullmatch(identifier)
        return None if found is None else found.groupdict().get("known", "")


@dataclass(frozen=True)
class Spelling:
    """How near a name must be to a distinctive one to be taken for a misspelling of it."""

    ratio: int
    """rapidfuzz's `ratio` of the two, 0 to 100, over what an eye reads of them."""
    shortest: int
    """Names with fewer letters are compared with nothing."""
    unless: tuple[str, ...] = ()
    """Names that are near one and nobody's disguise."""


@dataclass(frozen=True)
class Host:
    """Apps inside which others run unseen."""

    categories: tuple[str, ...]
    """What the hosts are."""
    hides: tuple[str, ...]
    """Which apps somebody puts there, by category."""


@dataclass(frozen=True)
class Technique:
    """One way to hide, and what of it an inventory still shows."""

    technique: str
    title: Mapping[str, str]
    confidence: Confidence
    """How sure it is at most; the identifier or the name may make it less so."""
    tells: Mapping[str, str]
    """What it can tell, and what not."""
    source: str = ""
    genuine: bool = False
    """Whether it is still the maker's own app, so that an approval covers it."""
    imitated: tuple[str, ...] = ()
    """Categories of the apps that are looked for; empty: all."""
    profiles: tuple[str, ...] = ()
    """A known app in one of these profiles."""
    android_user: int | None = None
    """A known app of an Android user with this number or a higher one, where no profile is told."""
    identifiers: tuple[IdentifierPattern, ...] = ()
    """Around a known identifier; without `{known}` the name has to say which app it is."""
    unless_signed: bool = False
    """Not where the signer is the app's maker, who may number his own apps."""
    signed_by_another: tuple[str, ...] = ()
    """Identifier types: a known identifier of these, signed by another team than the maker's."""
    named_by_another: tuple[str, ...] = ()
    """The same where the identifier is unknown and the name is not."""
    names: tuple[str, ...] = ()
    """What stands around any name that is looked for (`{name} clone`); of a technique with
    patterns for the name's identifier, only there."""
    distinctive_names: tuple[str, ...] = ()
    """What stands around a distinctive one."""
    looks: bool = False
    """A name that reads like a known one."""
    spelling: Spelling | None = None
    host: Host | None = None

    @property
    def basis(self) -> str:
        """The technique, as a finding names it."""
        return self.technique.replace("-", "_")

    @property
    def has_names(self) -> bool:
        """Whether it is told by what stands around a name."""
        return bool(self.names or self.distinctive_names)

    @property
    def by_identifier(self) -> tuple[IdentifierPattern, ...]:
        """The patterns around a known identifier."""
        return tuple(p for p in self.identifiers if "{known}" in p.pattern)

    @property
    def by_name(self) -> tuple[IdentifierPattern, ...]:
        """The patterns where the name has to say which app it is."""
        return tuple(p for p in self.identifiers if "{known}" not in p.pattern)
