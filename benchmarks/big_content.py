"""A content with as many findings as JD's fleet has: what `reports.py` writes in every form.

Nothing of it is in memory: each finding is made when it is asked for, and follows from its number
alone. Ids, names and digests vary as those of a real fleet do: they are what makes reports large.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import islice
from typing import TypeVar

from known_apps import MESSENGERS

from policycheck.model import Share, Tally
from policycheck.report.rows import (
    Bystander,
    Conflict,
    ControlLine,
    Evidence,
    Finding,
    Holder,
    InputLine,
    PolicyLine,
    Rejection,
    WaiverLine,
)
from policycheck.store.history import Happening

AS_OF = datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC)
POLICY = "jd-business-im"
CONTROL = "only-yixin"
PLATFORMS = {"Windows": "windows", "macOS": "macos", "iOS": "ios", "Android": "android"}
CITIES = ("北京", "上海", "广州", "成都", "西安", "宿迁")
KINDS = ("研发部", "物流部", "客服部", "采销部", "财务部", "人力资源部")
DEPARTMENTS = [f"{city} {kind}" for city in CITIES for kind in KINDS]
OWNERSHIPS = ("corporate", "corporate", "corporate", "personal_enrolled")
DAYS = 60
Item = TypeVar("Item")
_A_DEVICE = (2, 3)
_CHUNK = 5_000


def digest(*parts: object) -> str:
    """Return 64 digits that follow from the parts, and look like chance."""
    return sha256("/".join(map(str, parts)).encode()).hexdigest()


@dataclass(frozen=True)
class Machine:
    """A device and who has it."""

    device_id: str
    name: str
    person: str
    platform: str
    holder: Holder


@lru_cache(maxsize=64)
def machine(number: int) -> Machine:
    """Make the device of a number; ids rise with the numbers."""
    chance = digest("device", number)
    roll = int(chance[:8], 16)
    system = list(PLATFORMS)[roll % 4]
    department = DEPARTMENTS[roll % len(DEPARTMENTS)]
    person = f"employee.{number:06}@jd.example"
    return Machine(
        device_id=f"{number:08x}-{chance[8:12]}-{chance[12:16]}-{chance[16:20]}-{chance[20:32]}",
        name=f"{system[:3].upper()}-{chance[32:40].upper()}",
        person=person,
        platform=system,
        holder=Holder(f"员工{number}", department, f"head-{roll % 36}@jd.example",
                      OWNERSHIPS[roll % 4]),
    )  # fmt: skip


@dataclass(frozen=True)
class BigContent:
    """So many violations, three of ten in grace, and a tenth as many unknowns."""

    violations: int = 170_000
    as_of: datetime = AS_OF
    selection: str = ""
    assumed: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=lambda: {
        "catalogue": digest("catalogue"), "people": digest("people")})  # fmt: skip

    @property
    def unknowns(self) -> int:
        return self.violations // 10

    @cached_property
    def judged(self) -> int:
        return self._breakers + self.unknowns

    @cached_property
    def _breakers(self) -> int:
        return machine_of(self.violations - 1)[0] + 1

    @property
    def inputs(self) -> Sequence[InputLine]:
        return [InputLine("inbox/AppInvRawData.csv", digest("report"), "intune", self.judged,
                          self.judged * 86, 0)]  # fmt: skip

    @property
    def policies(self) -> Sequence[PolicyLine]:
        clause = "For business communication the only mobile instant messenger is Yixin."
        control = ControlLine(CONTROL, "high", "must", clause, "Remove {item.name} and use Yixin.")
        return [PolicyLine(POLICY, digest("policy"), "Only Yixin for business messaging",
                           "JD.com (Jingdong)", "active", (control,),
                           effective_from=date(2013, 8, 26))]  # fmt: skip

    @property
    def tallies(self) -> Sequence[Tally]:
        fresh = self._breakers
        return [Tally(POLICY, CONTROL, "device", self.judged, 0, 0, self.judged, 0, fresh, 0,
                      self.unknowns, {"partial_visibility": self.unknowns}, 0, 0,
                      fresh * 3 // 10, round(fresh / self.judged, 4))]  # fmt: skip

    def findings(self) -> Iterator[Sequence[Finding]]:
        yield from chunked(self._violation(n) for n in range(self.violations))
        yield from chunked(self._unknown(n) for n in range(self.unknowns))

    def held_findings(self, verdict: str) -> Iterator[Sequence[tuple[Finding, Holder]]]:
        yield from chunked(
            (finding, machine(machine_of(number)[0]).holder)
            for number, finding in self._urgent(verdict)
        )

    def _urgent(self, verdict: str) -> Iterator[tuple[int, Finding]]:
        if verdict == "unknown":
            yield from ((n, self._unknown(n)) for n in range(self.unknowns))
            return
        for graced in (False, True):
            for number in range(self.violations):
                if in_grace(number) == graced:
                    yield number, self._violation(number)

    def total(self, verdict: str) -> int:
        return {"violation": self.violations, "unknown": self.unknowns}[verdict]

    def worst(self, verdict: str, limit: int) -> Sequence[Finding]:
        return [finding for _, finding in islice(self._urgent(verdict), limit)]

    def bystanders(self, limit: int) -> Sequence[Bystander]:
        return []

    def rejected(self) -> Iterator[Rejection]:
        return iter([])

    def shares(self, by: str) -> Sequence[Share]:
        values = {
            "department": DEPARTMENTS,
            "manager": [f"head-{number}@jd.example" for number in range(36)],
            "ownership": sorted(set(OWNERSHIPS)),
            "platform": sorted(PLATFORMS.values()),
        }[by]
        each, rest = divmod(self._breakers, len(values))
        return [Share(POLICY, CONTROL, value, 0, 0, each + (place < rest), 0, 0)
                for place, value in enumerate(values)]  # fmt: skip

    @property
    def waivers(self) -> Sequence[WaiverLine]:
        return []

    def conflicts(self) -> Sequence[Conflict]:
        return []

    def happenings(self) -> Sequence[Happening]:
        each = self.violations // DAYS
        return [Happening(AS_OF - timedelta(days=DAYS - day), day + 1, "opened", None, each)
                for day in range(DAYS)]  # fmt: skip

    def _violation(self, number: int) -> Finding:
        place, which = machine_of(number)
        device = machine(place)
        known = [app for app in MESSENGERS if app[3] == device.platform]
        app, name, _, _, _ = known[(place + which * 3) % len(known)]
        seen = AS_OF - timedelta(days=number % DAYS)  # first seen is when an audit was
        return self._finding(number, device, "violation")._replace(
            subject=app, app_id=app, identifier=digest("app", name), name=name,
            version=f"{number % 9}.{number % 17}.{number % 101}", basis="publisher_and_name",
            confidence="likely", first_seen=seen, last_seen=AS_OF,
            due=seen + timedelta(days=14), in_grace=in_grace(number),
        )  # fmt: skip

    def _unknown(self, number: int) -> Finding:
        device = machine(self._breakers + number)
        return self._finding(self.violations + number, device, "unknown")._replace(
            reasons=("partial_visibility",)
        )

    def _finding(self, number: int, device: Machine, verdict: str) -> Finding:
        evidence = Evidence(digest("report"), "inbox/AppInvRawData.csv", "intune", number * 35 + 7,
                            AS_OF - timedelta(days=1), ())  # fmt: skip
        return Finding(
            fingerprint=digest("finding", number)[:32], policy=POLICY, control=CONTROL,
            severity="high", obligation="must", verdict=verdict, reasons=(),
            device_id=device.device_id, device_name=device.name, person_id=device.person,
            platform=PLATFORMS[device.platform], subject=CONTROL, app_id=None, identifier=None,
            name=None, version=None, basis=None, confidence=None, first_seen=None, last_seen=None,
            due=None, in_grace=False, stale=False, waived=False, waiver=None, evidence=evidence,
        )  # fmt: skip


def machine_of(number: int) -> tuple[int, int]:
    """Return which device a violation is on, and the how manieth there: two, three, two ..."""
    pair, rest = divmod(number, sum(_A_DEVICE))
    first = _A_DEVICE[0]
    return (2 * pair, rest) if rest < first else (2 * pair + 1, rest - first)


def in_grace(number: int) -> bool:
    """Tell whether a violation is not due yet: three of ten are not."""
    return number % 10 < 3


def chunked(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Yield items in chunks."""
    while chunk := list(islice(items, _CHUNK)):
        yield chunk
