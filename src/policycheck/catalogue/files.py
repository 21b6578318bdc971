"""What the files under `rules/` may say. The classes are the schema.

Every kind of file is one model here, and one place below `rules` in `draft`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from policycheck.problems import quote
from policycheck.yamlfile import Boolean, Date, Model, OneOrMany, Texts


def _matching(pattern: str, what: str) -> AfterValidator:
    """Accept only what matches, and tell people what was expected instead of the pattern."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{quote(text)} is no {what}")
        return text

    return AfterValidator(check)


Id = Annotated[
    str, _matching(r"[a-z0-9][a-z0-9-]*", "id: those have small letters, digits and hyphens")
]
Ids = OneOrMany[Id]
Text = Annotated[str, Field(min_length=1)]
Country = Annotated[str, _matching(r"[a-z]{2}", "country: those have two small letters, like cn")]
TeamId = Annotated[
    str, _matching(r"[A-Z0-9]{10}", "Apple team id: those have ten capitals and digits")
]
Character = Annotated[str, _matching(r"(?s:.)", "single character")]
Platform = Literal[
    "android", "ios", "ipados", "macos", "windows", "linux", "chromeos", "harmonyos", "other"
]
IdentifierType = Literal[
    "android_package",
    "ios_bundle",
    "macos_bundle",
    "apple_team_id",
    "winget_id",
    "win_uninstall_name",
    "win_uninstall_key",
    "win_upgrade_code",
    "msix_pfn",
    "flatpak_id",
    "deb_package",
    "snap_name",
    "harmony_bundle",
    "chromium_app_id",
    "url_scheme",
    "rpm_package",
    "homebrew",
    "msstore_id",
    "firefox_addon_id",
]


class IdentifierRow(Model):
    """One string by which a system lists an app."""

    type: IdentifierType
    value: Text
    platform: OneOrMany[Platform] | None = None
    """Only where it is narrower than what the type implies."""
    source: str = ""
    memory: Boolean = False
    shared_with: Ids = ()


class AppFile(Model):
    """`rules/apps/<app>.yaml`: one product."""

    language: Literal["1"]
    app: Id
    names: OneOrMany[Text]
    category: Ids
    vendor: Id
    distinctive: OneOrMany[Text] = ()
    client_of: Ids = ()
    attributes: Mapping[str, Text] = {}
    formerly: Ids = ()
    note: str = ""
    identifiers: tuple[IdentifierRow, ...] = ()
    overrides: Boolean = False


class OwnershipRow(Model):
    """The group that a vendor belonged to, and when."""

    group: Id
    from_: Date | None = Field(default=None, alias="from")
    until: Date | None = None


class TeamRow(Model):
    """An Apple team id that signs for a vendor."""

    id: TeamId
    source: str = ""
    seen_on: Ids = ()
    memory: Boolean = False


class VendorFile(Model):
    """`rules/vendors/<vendor>.yaml`: one maker or owner."""

    language: Literal["1"]
    vendor: Id
    name: Text
    country: Country | None = None
    groups: tuple[OwnershipRow, ...] = ()
    affiliates: Ids = ()
    formerly: OneOrMany[Text] = ()
    publishers: OneOrMany[Text] = ()
    teams: tuple[TeamRow, ...] = ()
    overrides: Boolean = False


class LooksLike(Model):
    """What an unknown item must look like."""

    store_categories: OneOrMany[Text] = ()
    words: OneOrMany[Text] = ()
    unless: OneOrMany[Text] = ()


class CategoryRow(Model):
    """One node of the tree."""

    title: Texts
    parent: Id | None = None
    looks_like: LooksLike = LooksLike()
    overrides: Boolean = False


class CategoriesFile(Model):
    """`rules/categories.yaml`."""

    language: Literal["1"]
    categories: Mapping[Id, CategoryRow]


class EntryRow(Model):
    """One line of a list: a selector by app, category, vendor or group, and its dates."""

    app: Ids = ()
    category: Ids = ()
    vendor: Ids = ()
    vendor_group: Ids = ()
    from_: Date | None = Field(default=None, alias="from")
    until: Date | None = None
    source: str = ""


class ListFile(Model):
    """`rules/lists/<list>.yaml`."""

    language: Literal["1"]
    list: Id
    title: Texts
    source: Text
    entries: Annotated[tuple[EntryRow, ...], Field(min_length=1)]
    overrides: Boolean = False


class ConfusablesFile(Model):
    """`rules/confusables.yaml`: by a character all those that are taken for it."""

    language: Literal["1"]
    confusables: Mapping[Character, Text]


class LegalFormsFile(Model):
    """`rules/legal-forms.yaml`: what publishers are compared without."""

    language: Literal["1"]
    legal_forms: OneOrMany[Text]
