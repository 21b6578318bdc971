"""A small content that every form's test writes: one case of each kind, and hostile texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from policycheck.model import Share, Tally
from policycheck.report.rows import (
    Bystander,
    Claim,
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

AS_OF = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
SEEN = datetime(2026, 11, 1, 7, 0)
DIGEST = "5e" * 32
NOBODY = Holder(None, None, None, None)
SEVERITIES = ("critical", "high", "medium", "low", "info")


@dataclass(frozen=True)
class HeldContent:
    """A content whose lines are all in memory."""

    inputs: Sequence[InputLine] = ()
    policies: Sequence[PolicyLine] = ()
    tallies: Sequence[Tally] = ()
    lines: Sequence[Finding] = ()
    rejections: Sequence[Rejection] = ()
    aside: Sequence[Bystander] = ()
    judged: int = 12
    as_of: datetime = AS_OF
    assumed: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    holders: Mapping[str, Holder] = field(default_factory=dict)
    """By a finding's fingerprint."""
    parts: Mapping[str, Sequence[Share]] = field(default_factory=dict)
    past: Sequence[Happening] = ()
    contradictions: Sequence[Conflict] = ()

    waivers: Sequence[WaiverLine] = ()
    selection: str = ""

    def findings(self) -> Iterator[Sequence[Finding]]:
        for start in range(0, len(self.lines), 2):
            yield self.lines[start : start + 2]

    def held_findings(self, verdict: str) -> Iterator[Sequence[tuple[Finding, Holder]]]:
        lines = [*self.worst(verdict, len(self.lines))]
        lines.sort(key=lambda line: line.obligation != "must" or line.waived or line.in_grace)
        for start in range(0, len(lines), 2):
            chunk = lines[start : start + 2]
            yield [(line, self.holders.get(line.fingerprint, NOBODY)) for line in chunk]

    def shares(self, by: str) -> Sequence[Share]:
        return self.parts.get(by, ())

    def happenings(self) -> Sequence[Happening]:
        return self.past

    def total(self, verdict: str) -> int:
        return sum(line.verdict == verdict for line in self.lines)

    def worst(self, verdict: str, limit: int) -> Sequence[Finding]:
        lines = [line for line in self.lines if line.verdict == verdict]
        lines.sort(
            key=lambda line: (
                line.obligation != "must" or line.waived,
                SEVERITIES.index(line.severity),
                line.policy,
                line.control,
                line.device_name or line.device_id or "",
            )
        )
        return lines[:limit]

    def bystanders(self, limit: int) -> Sequence[Bystander]:
        return sorted(self.aside, key=lambda line: not line.excused)[:limit]

    def conflicts(self) -> Sequence[Conflict]:
        return self.contradictions

    def rejected(self) -> Iterator[Rejection]:
        return iter(self.rejections)


EVIDENCE = Evidence(DIGEST, "inbox/intune.csv", "intune", 17, SEEN, ())
BREACH = Finding(
    fingerprint="0123456789abcdef0123456789abcdef",
    policy="jd-business-im",
    control="only-yixin",
    severity="high",
    obligation="must",
    verdict="violation",
    reasons=(),
    device_id="d-1",
    device_name="张伟的手机",
    person_id="zhang.wei@jd.example",
    platform="android",
    subject="wechat",
    app_id="wechat",
    identifier="com.tencent.mm",
    name="微信",
    version="8.0.49",
    basis="identifier",
    confidence="exact",
    first_seen=SEEN,
    last_seen=SEEN,
    due=SEEN,
    in_grace=False,
    stale=False,
    waived=False,
    waiver=None,
    evidence=EVIDENCE,
)


def breach(**changed: object) -> Finding:
    """Make a violation that differs from the usual one."""
    return BREACH._replace(**changed)


def unknown(reason: str, **changed: object) -> Finding:
    """Make a finding about a device of which something is not known."""
    return BREACH._replace(
        **{
            "verdict": "unknown",
            "reasons": (reason,),
            "subject": "only-yixin",
            "app_id": None,
            "identifier": None,
            "name": None,
            "version": None,
            "basis": None,
            "confidence": None,
        }
        | changed
    )


POLICY = PolicyLine(
    "jd-business-im",
    "ab" * 32,
    "Only Yixin for business messaging",
    "JD.com (Jingdong)",
    "active",
    (
        ControlLine(
            "only-yixin",
            "high",
            "must",
            "For business communication the only mobile instant messenger is Yixin.",
            "Remove {item.name} and use Yixin.",
        ),
    ),
)
TALLY = Tally(
    policy="jd-business-im",
    control="only-yixin",
    grain="device",
    all=12,
    not_applicable=4,
    excused=1,
    in_scope=8,
    pass_=3,
    violation=2,
    advice=1,
    unknown=2,
    unknown_reasons={"partial_visibility": 1, "stale": 2, "scope": 1},
    stale=2,
    waived=1,
    in_grace=1,
    coverage=0.75,
)
WAIVER = WaiverLine(
    waiver="liaison",
    policy="jd-business-im",
    control="only-yixin",
    state="in force",
    approved_by="Wang Fang",
    granted="2026-10-01",
    expires="2026-12-31",
    ticket="SEC-17",
    reason="Partners in the provinces use WeCom only.",
    violations=1,
    path="waivers/liaison.yaml",
)
LAPSED = WAIVER._replace(
    waiver="pilot", state="lapsed", expires="2026-10-31", path="waivers/pilot.yaml", violations=2
)
SMALL = HeldContent(
    waivers=(LAPSED, WAIVER),
    inputs=(InputLine("inbox/intune.csv", DIGEST, "intune", 12, 340, 2),),
    policies=(POLICY,),
    tallies=(TALLY,),
    lines=(
        breach(),
        breach(
            fingerprint="1" * 32,
            device_id="d-2",
            device_name=None,
            subject="wecom",
            app_id="wecom",
            identifier="com.tencent.wework",
            name="WeCom",
            in_grace=True,
            stale=True,
            waived=True,
            waiver="liaison",
        ),
        breach(
            fingerprint="2" * 32,
            control="only-yixin",
            obligation="should",
            severity="low",
            device_id="d-3",
            device_name="PC-3",
            person_id=None,
        ),
        unknown(
            "scope",
            fingerprint="3" * 32,
            device_id="d-4",
            device_name="PC-4",
            person_id=None,
            evidence=EVIDENCE._replace(missing=("person.type",)),
        ),
        unknown(
            "stale",
            fingerprint="4" * 32,
            reasons=("partial_visibility", "stale"),
            device_id="d-5",
            device_name="PC-5",
            stale=True,
        ),
    ),
    rejections=(
        Rejection("inbox/broken.csv", None, "no known format"),
        Rejection("inbox/intune.csv", 9, "no device id"),
        Rejection("inbox/intune.csv", 14, "no device id"),
    ),
    aside=(
        Bystander(
            "jd-business-im", "only-yixin", "d-8", "PC-8", "p@jd.example", "partner", "windows",
            excused=False,
        ),
        Bystander(
            "jd-business-im", "only-yixin", "d-9", "PC-9", "ceo@jd.example", "employee", "ios",
            excused=True,
        ),
    ),
    assumed={"type": "employee"},
    contradictions=(
        Conflict(
            "d-2", None, "serial", "S1",
            (Claim("intune", "S1", SEEN), Claim("ocs", "S1", None), Claim("jamf", "S2", SEEN)),
        ),
        Conflict(
            "d-3", "PC-3", "ownership", "corporate",
            (Claim("snipe-it", "corporate", None), Claim("intune", "personal_enrolled", SEEN)),
        ),
    ),
)  # fmt: skip

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "abc\u202egnp.exe",
    "[bold red]x[/] | `rm -rf` ![a](http://evil.example)",
    "N" * 10_000,
    "lone \ud83d surrogate",
    "two\r\nlines\u2028three",
    "\x9b31mC1",
    "emoji 😀 👩\u200d💻",
)


def hostile() -> HeldContent:
    """A content every text of which is hostile."""
    lines = tuple(
        breach(
            fingerprint=f"{number:032x}",
            device_id=text,
            device_name=text,
            person_id=text,
            subject=text,
            app_id=None,
            identifier=text,
            name=text,
            version=text,
            evidence=EVIDENCE._replace(path=text, source=text),
        )
        for number, text in enumerate(HOSTILE)
    )
    aside = tuple(
        Bystander("jd-business-im", "only-yixin", text, text, text, text, text, excused=False)
        for text in HOSTILE
    )
    return replace(
        SMALL,
        waivers=tuple(
            line._replace(waiver=text, approved_by=text, ticket=text, reason=text, path=text)
            for text in HOSTILE
            for line in (LAPSED, WAIVER)
        ),
        inputs=tuple(InputLine(text, DIGEST, "intune", 1, 1, 1) for text in HOSTILE),
        lines=lines,
        rejections=tuple(Rejection(text, 1, text) for text in HOSTILE),
        aside=aside,
        contradictions=tuple(
            Conflict(text, text, "serial", text, (Claim(text, text, None), Claim("ocs", "x", None)))
            for text in HOSTILE
        ),
    )
