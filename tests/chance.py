"""Chance, and the words that it draws: in inventories and in policies the same.

Nulls stand everywhere, but chance is biased: drawn evenly, nearly every device would end
as `scope` or `stale`, and what follows would never be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

from palette import APPS, PARENTS

T = TypeVar("T")
MOMENTS = (
    datetime(2026, 6, 30, 16, 30, tzinfo=UTC),
    datetime(2026, 6, 30, 16, 0, tzinfo=UTC),
    datetime(2026, 6, 30, 4, 0, tzinfo=UTC),
    datetime(2026, 6, 30, 23, 59, 59, 999999, tzinfo=UTC),
)
"""Around midnight in Shanghai, New York and Greenwich."""
TYPES = ("employee", "partner", "Contractor")
VERSIONS = ("7.9", "8", "8.0", "8.0.30", "9.1-beta", "10", "unknown", "0.0")
"""Versions in an inventory; a policy asks for those that can be parsed."""
WORDS = {
    "device.platform": ("android", "ios", "ipados", "windows", "macos", "linux", "other"),
    "device.form": ("phone", "tablet", "laptop", "service"),
    "device.ownership": ("corporate", "personal", "personal_enrolled"),
    "device.manufacturer": ("Acme", "Ａｃｍｅ", "Globex"),
    "device.model": ("X1", "x1 ", "Y2"),
    "device.os_version": VERSIONS,
    "device.managed": ("true", "false"),
    "device.attributes.site": ("beijing", "Ｂｅｉｊｉｎｇ", "Xi'an", "100%"),
    "person.type": TYPES,
    "person.department": ("sales", "R&D", "Straße"),
    "person.grade": ("A", "b"),
    "person.groups": ("traders", "Sales", "ＳＡＬＥＳ", "ops"),
    "person.attributes.cost": ("low", "high"),
    "item.profile": ("work", "personal", "clone"),
    "item.system": ("true", "false"),
    "item.install_source": ("store", "adb", "a_b", "Stör"),
    "item.version": VERSIONS,
    "item.attributes.channel": ("beta", "stable"),
    "app.app_id": tuple(APPS),
    "app.categories": tuple(PARENTS),
    "app.vendor": ("tencent", "microsoft", "ant", "strangers"),
    "app.vendor_group": ("tencent", "meta", "ant"),
    "app.vendor_country": ("cn", "us"),
    "app.confidence": ("exact", "likely", "possible"),
    "app.attributes.encryption": ("none", "transport", "end-to-end"),
}
"""What a column is drawn from, in inventories and in policies alike."""
FLAGS = ("device.managed", "item.system")
OTHER_KINDS = ("web_app", "browser_extension", "payment_channel", "account")


class Chance:
    """Draws, from a stream of random numbers."""

    def __init__(self, stream: Random) -> None:
        self.stream = stream

    def maybe(self, share: float) -> bool:
        return self.stream.random() < share

    def one(self, things: Sequence[T]) -> T:
        return things[self.stream.randrange(len(things))]

    def some(self, things: Sequence[T], most: int, least: int = 1) -> list[T]:
        return [self.one(things) for _ in range(self.stream.randint(least, most))]

    def one_or_more(self, things: Sequence[str], most: int = 2) -> str | list[str]:
        chosen = list(dict.fromkeys(self.some(things, most)))
        return chosen[0] if len(chosen) == 1 and self.maybe(0.7) else chosen
