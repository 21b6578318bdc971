"""What a file under `rules/evasion/` may say. The class is the schema."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from policycheck.catalogue.files import Id, IdentifierType, Ids, Text
from policycheck.catalogue.technique import PLACES, pattern_places
from policycheck.problems import did_you_mean, quote
from policycheck.yamlfile import Boolean, Integer, Model, OneOrMany, Texts

_OPEN_ENDED = frozenset({"known", "text"})
Percent = Annotated[Integer, Field(ge=50, le=100)]
Count = Annotated[Integer, Field(ge=1, le=10_000)]


def _identifier_pattern(text: str) -> str:
    """Accept fixed text around known places, of which one at most has no fixed length."""
    places = pattern_places(text)
    for place in places:
        if place not in PLACES:
            near = did_you_mean(place, PLACES) or f"known are {', '.join(PLACES)}"
            raise ValueError(f"{quote(text)} has no place for {quote(place)}: {near}")
    if not places or sum(place in _OPEN_ENDED for place in places) > 1:
        raise ValueError(
            f"{quote(text)} needs a place in braces, and one 'known' or 'text' at most"
        )
    return text


def _name_pattern(text: str) -> str:
    """Accept text before or after `{name}`, or both."""
    if pattern_places(text) != ["name"] or text.strip() == "{name}":
        raise ValueError(f"{quote(text)} is no name in disguise: write it like '{{name}} clone'")
    return text


class PatternRow(Model):
    """One shape of an identifier in disguise."""

    pattern: Annotated[str, AfterValidator(_identifier_pattern)]
    type: OneOrMany[IdentifierType] = ()
    known: IdentifierType | None = None


class SpellingRow(Model):
    """How near a misspelled name must be."""

    ratio: Percent
    shortest: Count
    unless: OneOrMany[Text] = ()


class HostRow(Model):
    """Apps inside which others run unseen."""

    category: Ids
    hides: Ids


NamePatterns = OneOrMany[Annotated[str, AfterValidator(_name_pattern)]]


class EvasionFile(Model):
    """`rules/evasion/<technique>.yaml`: one way to hide."""

    language: Literal["1"]
    technique: Id
    title: Texts
    confidence: Literal["exact", "likely", "possible"]
    tells: Texts
    source: Text
    genuine: Boolean = False
    imitated: Ids = ()
    profiles: OneOrMany[Literal["work", "personal", "clone"]] = ()
    android_user: Count | None = None
    identifiers: tuple[PatternRow, ...] = ()
    unless_signed: Boolean = False
    signed_by_another: OneOrMany[IdentifierType] = ()
    named_by_another: OneOrMany[IdentifierType] = ()
    names: NamePatterns = ()
    distinctive_names: NamePatterns = ()
    looks: Boolean = False
    spelling: SpellingRow | None = None
    host: HostRow | None = None
    overrides: Boolean = False
