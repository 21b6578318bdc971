"""The frozen words of the program: columns, verdicts, reasons.

Everything here is plain data. Readers fill these columns, policies ask about
them, the engine joins them. A null in any column means "the report does not
say"; nothing ever guesses a value into a null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, NamedTuple

ColumnType = Literal["text", "boolean", "time", "list", "attributes"]


@dataclass(frozen=True)
class Column:
    """One column of a table: its type and, where it is closed, its vocabulary."""

    name: str
    type: ColumnType = "text"
    vocabulary: tuple[str, ...] = ()


class Verdict(StrEnum):
    """The answer for one device (or person, or issuer) and one control."""

    PASS = "pass"
    VIOLATION = "violation"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Reason(StrEnum):
    """Why a verdict is `unknown`, strongest item reason first, then the device's."""

    SCOPE = "scope"
    INDICATION = "indication"
    SUSPECTED = "suspected"
    MISSING_FIELD = "missing_field"
    UNCLASSIFIED = "unclassified"
    NOT_LISTED = "not_listed"
    PARTIAL_VISIBILITY = "partial_visibility"
    STALE = "stale"
    UNRECOGNISABLE = "unrecognisable"
    NEEDS_ATTESTATION = "needs_attestation"
    CONTRADICTED = "contradicted"


class Confidence(StrEnum):
    """How sure the catalogue is that an item is an app."""

    EXACT = "exact"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Severity(StrEnum):
    """How bad a broken control is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Tally(NamedTuple):
    """The sums of one control, in its grain: device, person or issuer.

    `in_scope` = `pass_` + `violation` + `advice` + `unknown`; `all` = `in_scope` +
    `not_applicable`, of which `excused`. `waived` and `in_grace` are of the violations, and what
    judges knows neither. `coverage`, the share of `in_scope` with a fresh and real answer, is
    between 0 and 1, null where nothing is in scope.

    The names and the order are those of `audit --format json`.
    """

    policy: str
    control: str
    grain: str
    all: int
    not_applicable: int
    excused: int
    in_scope: int
    pass_: int
    violation: int
    advice: int
    unknown: int
    unknown_reasons: Mapping[str, int]
    stale: int
    waived: int
    in_grace: int
    coverage: float | None


class Share(NamedTuple):
    """The sums of one control over those of its units that have something in common."""

    policy: str
    control: str
    value: str | None
    """What they have in common: the department, the platform ... Null: nobody knows."""
    not_applicable: int
    pass_: int
    violation: int
    advice: int
    unknown: int


PLATFORMS = (
    "android", "ios", "ipados", "macos", "windows", "linux", "chromeos", "harmonyos", "other",
)  # fmt: skip
FORMS = ("phone", "tablet", "laptop", "desktop", "service", "other")
OWNERSHIPS = (
    "corporate", "personal_enrolled", "personal_with_access", "personal", "contractor",
)  # fmt: skip
KINDS = ("app", "browser_extension", "web_app", "payment_channel", "account")
SERVICE_KINDS = ("payment_channel", "account")
"""All that a device of form `service` (a shop's checkout) can carry."""
PROFILES = ("work", "personal", "clone")
VISIBILITIES = ("all", "managed")
IDENTIFIER_TYPES = (
    "android_package", "ios_bundle", "macos_bundle", "apple_team_id", "winget_id",
    "win_uninstall_name", "win_uninstall_key", "win_upgrade_code", "msix_pfn", "flatpak_id",
    "deb_package", "snap_name", "harmony_bundle", "chromium_app_id", "url_scheme",
    "rpm_package", "homebrew", "msstore_id", "firefox_addon_id",
)  # fmt: skip


def _columns(*columns: Column) -> Mapping[str, Column]:
    return MappingProxyType({column.name: column for column in columns})


DEVICE_COLUMNS = _columns(
    Column("device_id"),
    Column("name"),
    Column("serial"),
    Column("udid"),
    Column("platform", vocabulary=PLATFORMS),
    Column("form", vocabulary=FORMS),
    Column("os_version"),
    Column("manufacturer"),
    Column("model"),
    Column("ownership", vocabulary=OWNERSHIPS),
    Column("managed", "boolean"),
    Column("user_id"),
    Column("reported_at", "time"),
    Column("received_at", "time"),
    Column("attributes", "attributes"),
)
PERSON_COLUMNS = _columns(
    Column("person_id"),
    Column("email"),
    Column("name"),
    Column("type"),
    Column("department"),
    Column("title"),
    Column("grade"),
    Column("location"),
    Column("manager"),
    Column("groups", "list"),
    Column("attributes", "attributes"),
)
ITEM_COLUMNS = _columns(
    Column("kind", vocabulary=KINDS),
    Column("identifier"),
    Column("identifier_type", vocabulary=IDENTIFIER_TYPES),
    Column("name"),
    Column("version"),
    Column("publisher"),
    Column("signer"),
    Column("install_source"),
    Column("profile", vocabulary=PROFILES),
    Column("system", "boolean"),
    Column("os_user"),
    Column("path"),
    Column("installed_at", "time"),
    Column("last_used_at", "time"),
    Column("store_category"),
    Column("attributes", "attributes"),
)
PERSONAL_OF_DEVICES = ("attributes", "name", "user_id")
PERSONAL_OF_ITEMS = ("attributes", "os_user", "path")
"""The columns of a device, and of an item, by which a person could be told."""
DISTINCT_COLUMNS = (
    "kind", "identifier", "identifier_type", "name", "publisher", "signer", "store_category",
)  # fmt: skip
"""The item columns that the catalogue looks at: equal here means the same app."""
APP_COLUMNS = _columns(
    Column("app_id"),
    Column("categories", "list"),
    Column("vendor"),
    Column("vendor_group"),
    Column("vendor_country"),
    Column("attributes", "attributes"),
    Column("basis"),
    Column("confidence", vocabulary=tuple(Confidence)),
)
TABLES: Mapping[str, Mapping[str, Column]] = MappingProxyType(
    {
        "device": DEVICE_COLUMNS,
        "person": PERSON_COLUMNS,
        "item": ITEM_COLUMNS,
        "app": APP_COLUMNS,
    }
)
"""What a condition may name, as `table.column` or `table.attributes.NAME`."""
