"""The shipped policies say what the published rules say: cases that were read out of the rules."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from policycheck.pipeline import audit
from policycheck.request import AuditRequest
from policycheck.rulebook import load_rulebook
from policycheck.workspace import Given, resolve

POLICIES = Path(__file__).parents[2] / "policies"
ANDROID = {
    "wechat": "com.tencent.mm",
    "wecom": "com.tencent.wework",
    "weread": "com.tencent.weread",
    "lanxin": "com.lanxin.blueberry",
    "whatsapp": "com.whatsapp",
    "whatsapp-business": "com.whatsapp.w4b",
    "threema": "ch.threema.app",
    "threema-work": "ch.threema.app.work",
    "signal": "org.thoughtcrime.securesms",
    "telegram": "org.telegram.messenger",
    "nekogram": "tw.nekomimi.nekogram",
    "olvid": "io.olvid.messenger",
    "tchap": "fr.gouv.tchap.a",
    "tiktok": "com.zhiliaoapp.musically",
    "lemon8": "com.bd.nproject",
    "capcut": "com.lemon.lvoverseas",
    "teams": "com.microsoft.teams",
    "kaspersky": "com.kms.free",
    "deepseek": "com.deepseek.chat",
    "yixin": "im.yixin",
    "teamviewer": "com.teamviewer.teamviewer.market.mobile",
    "nordvpn": "com.nordvpn.android",
    "globalprotect": "com.paloaltonetworks.globalprotect",
    "google-drive": "com.google.android.apps.docs",
    "temu": "com.einnovation.temu",
    "zalo": "com.zing.zalo",
    "bumble": "com.bumble.app",
    "pubg": "com.tencent.ig",
    "genshin": "com.miHoYo.GenshinImpact",
    "qq-music": "com.tencent.qqmusic",
}


class Case(NamedTuple):
    """One device and its user, what is on it, and what each control says about that."""

    device: dict[str, str]
    person: dict[str, str]
    apps: str
    """Names of ANDROID, with spaces between."""
    verdicts: dict[str, str]


PHONE = {"platform": "android", "form": "phone", "ownership": "corporate"}
OWN = {**PHONE, "ownership": "personal"}
ENROLLED = {**PHONE, "ownership": "personal_enrolled"}
LAPTOP = {"platform": "android", "form": "laptop", "ownership": "corporate"}
STAFF = {"type": "employee"}

RULES: dict[str, tuple[str, list[Case]]] = {
    "jd-business-im": (
        "2013-09-30",
        [
            Case(PHONE, STAFF, "yixin weread", {"only-yixin": "pass"}),
            Case(PHONE, STAFF, "yixin wecom", {"only-yixin": "violation"}),
            Case(OWN, STAFF, "wechat", {"only-yixin": "unknown"}),
            Case(PHONE, {"type": "partner"}, "wechat", {"only-yixin": "not_applicable"}),
        ],
    ),
    "qihoo360-work-groups": (
        "2015-09-01",
        [
            Case(PHONE, STAFF, "lanxin whatsapp", {"internal-messenger": "pass"}),
            Case(PHONE, STAFF, "lanxin wechat", {"internal-messenger": "unknown"}),
        ],
    ),
    "swiss-army-threema": (
        "2022-02-01",
        [
            Case(PHONE, STAFF, "threema-work", {"only-threema": "pass"}),
            Case(PHONE, STAFF, "threema signal", {"only-threema": "violation"}),
            Case(OWN, {"type": "militia"}, "signal", {"only-threema": "unknown"}),
            Case(PHONE, {"type": "visitor"}, "signal", {"only-threema": "not_applicable"}),
        ],
    ),
    "france-olvid": (
        "2023-12-20",
        [
            Case(
                PHONE,
                {"groups": "cabinet"},
                "olvid tchap",
                {"olvid-installed": "pass", "public-control-only": "pass"},
            ),
            Case(
                LAPTOP,
                {"groups": "government"},
                "tchap",
                {"olvid-installed": "violation", "public-control-only": "pass"},
            ),
            Case(
                PHONE,
                {"groups": "staff"},
                "whatsapp",
                {"olvid-installed": "not_applicable", "public-control-only": "not_applicable"},
            ),
        ],
    ),
    "us-omb-m2313": (
        "2023-04-15",
        [
            Case(PHONE, STAFF, "tiktok", {"no-bytedance": "violation"}),
            Case(PHONE, STAFF, "lemon8", {"no-bytedance": "violation"}),
            Case(PHONE, STAFF, "capcut", {"no-bytedance": "pass"}),
            Case(OWN, STAFF, "tiktok", {"no-bytedance": "not_applicable"}),
            Case(
                {**OWN, "attributes.used_for_contract": "true"},
                {"type": "contractor"},
                "tiktok",
                {"no-bytedance": "violation"},
            ),
            Case(PHONE, {"groups": "security-research"}, "tiktok", {"no-bytedance": "violation"}),
        ],
    ),
    "us-house-whatsapp": (
        "2025-07-01",
        [
            Case(PHONE, STAFF, "whatsapp-business signal", {"no-whatsapp": "violation"}),
            Case(PHONE, STAFF, "wechat", {"no-whatsapp": "pass", "no-web-version": "unknown"}),
            Case(OWN, STAFF, "whatsapp", {"no-whatsapp": "not_applicable"}),
        ],
    ),
    "canada-wechat-kaspersky": (
        "2023-11-15",
        [
            Case(PHONE, STAFF, "wecom", {"no-wechat": "pass", "no-kaspersky": "pass"}),
            Case(PHONE, STAFF, "wechat", {"no-wechat": "violation", "no-kaspersky": "pass"}),
            Case(PHONE, STAFF, "kaspersky", {"no-wechat": "pass", "no-kaspersky": "violation"}),
            Case(LAPTOP, STAFF, "wechat", {"no-wechat": "not_applicable"}),
        ],
    ),
    "ec-tiktok": (
        "2023-03-20",
        [
            Case(ENROLLED, STAFF, "tiktok", {"no-tiktok": "violation"}),
            Case(OWN, STAFF, "tiktok", {"no-tiktok": "not_applicable"}),
            Case(PHONE, STAFF, "whatsapp", {"no-tiktok": "pass"}),
        ],
    ),
    "scotland-messaging": (
        "2025-07-01",
        [
            Case(PHONE, STAFF, "teams", {"no-messaging-apps": "pass"}),
            Case(PHONE, STAFF, "teams wechat", {"no-messaging-apps": "violation"}),
            Case(PHONE, STAFF, "threema", {"no-messaging-apps": "violation"}),
            Case(
                PHONE,
                {"department": "wildfire response"},
                "whatsapp",
                {"no-messaging-apps": "excused"},
            ),
        ],
    ),
    "ukraine-telegram": (
        "2024-10-01",
        [
            Case(PHONE, STAFF, "nekogram", {"no-telegram": "violation"}),
            Case(PHONE, {"groups": "telegram-duty"}, "telegram", {"no-telegram": "excused"}),
            Case(OWN, STAFF, "telegram", {"no-telegram": "not_applicable"}),
            Case(PHONE, STAFF, "signal", {"no-telegram": "pass"}),
        ],
    ),
    "us-texas": (
        "2025-03-01",
        [
            Case(PHONE, STAFF, "wecom", {"no-covered-application": "violation"}),
            Case(ENROLLED, STAFF, "deepseek", {"no-covered-application": "violation"}),
            Case(OWN, STAFF, "tiktok", {"no-covered-application": "not_applicable"}),
            Case(PHONE, STAFF, "signal", {"no-covered-application": "pass"}),
        ],
    ),
    "russia-584-fz": (
        "2023-03-10",
        [
            Case(PHONE, STAFF, "teams", {"no-foreign-messenger": "unknown"}),
            Case(PHONE, STAFF, "nekogram", {"no-foreign-messenger": "unknown"}),
            Case(PHONE, STAFF, "signal", {"no-foreign-messenger": "pass"}),
            Case(OWN, STAFF, "whatsapp", {"no-foreign-messenger": "not_applicable"}),
        ],
    ),
    "indian-army-2020": (
        "2020-07-20",
        [
            Case(OWN, STAFF, "bumble", {"delete-listed": "violation"}),
            Case(OWN, STAFF, "qq-music", {"delete-listed": "violation"}),  # of the ministry's 59
            Case(OWN, STAFF, "pubg", {"delete-listed": "violation"}),
            Case(OWN, STAFF, "genshin", {"delete-listed": "pass"}),  # Chinese, and not Tencent's
            Case(OWN, STAFF, "whatsapp telegram signal", {"delete-listed": "pass"}),
            Case(LAPTOP, STAFF, "tiktok", {"delete-listed": "not_applicable"}),
        ],
    ),
    "us-virginia-eo24": (
        "2023-01-20",
        [
            Case(PHONE, STAFF, "wecom", {"no-bytedance-tencent": "violation"}),
            Case(PHONE, STAFF, "capcut", {"no-bytedance-tencent": "violation"}),
            Case(LAPTOP, STAFF, "weread", {"no-bytedance-tencent": "violation"}),
            Case(PHONE, STAFF, "telegram temu", {"no-bytedance-tencent": "pass"}),
            Case(OWN, STAFF, "tiktok", {"no-bytedance-tencent": "not_applicable"}),
        ],
    ),
    "us-montana-apps": (
        "2023-06-10",
        [
            Case(
                PHONE,
                STAFF,
                "temu",
                {"no-named-app": "violation", "no-adversary-social-media": "pass"},
            ),
            Case(
                PHONE,
                STAFF,
                "yixin",
                {"no-named-app": "pass", "no-adversary-social-media": "violation"},
            ),
            Case(PHONE, STAFF, "nekogram", {"no-named-app": "violation"}),
            Case(PHONE, STAFF, "zalo signal", {"no-adversary-social-media": "pass"}),
        ],
    ),
    "deutsche-bank-2017": (
        "2017-05-01",
        [
            Case(PHONE, STAFF, "whatsapp", {"no-chat-apps": "violation"}),
            Case(ENROLLED, STAFF, "whatsapp", {"no-chat-apps": "unknown"}),
            Case(OWN, STAFF, "whatsapp", {"no-chat-apps": "not_applicable"}),
            Case(PHONE, STAFF, "signal", {"no-chat-apps": "pass"}),
        ],
    ),
    "norway-tiktok-telegram": (
        "2023-04-01",
        [
            Case(
                PHONE,
                {"groups": "political-leadership"},
                "telegram",
                {"political-leaders": "violation", "everybody-else": "not_applicable"},
            ),
            Case(
                PHONE,
                {"groups": "agency"},
                "tiktok",
                {"political-leaders": "not_applicable", "everybody-else": "violation"},
            ),
            Case(
                {**PHONE, "attributes.separate": "true"},
                {"groups": "agency"},
                "tiktok",
                {"everybody-else": "excused"},
            ),
            Case(OWN, {"groups": "agency"}, "tiktok", {"everybody-else": "not_applicable"}),
        ],
    ),
    "india-nic-guidelines": (
        "2022-07-01",
        [
            Case(PHONE, STAFF, "nordvpn", {"no-anonymisers": "violation"}),
            Case(PHONE, STAFF, "globalprotect", {"no-anonymisers": "pass"}),
            Case(OWN, STAFF, "nordvpn", {"no-anonymisers": "unknown"}),
            Case(
                LAPTOP,
                {"type": "temporary"},
                "teamviewer",
                {"no-unauthorised-remote-tools": "violation"},
            ),
            Case(PHONE, STAFF, "google-drive", {"no-outside-storage": "unknown"}),
            Case(PHONE, {"type": "visitor"}, "nordvpn", {"no-anonymisers": "not_applicable"}),
        ],
    ),
}


def test_every_shipped_policy_has_its_cases() -> None:
    names = {path.stem for path in POLICIES.glob("*.yaml")}
    assert names == {*RULES, "cu-p2p", "jd-payment-channels"}  # the last: tests/examples/test_cases


@pytest.mark.parametrize("policy", RULES)
def test_the_policy_says_what_the_rule_says(policy: str, tmp_path: Path) -> None:
    day, cases = RULES[policy]
    people = tmp_path / "people.csv"
    _write_people(people, cases)
    told = _judge(policy, day, _device_lines(cases, day), tmp_path, people)
    for number, case in enumerate(cases):
        said = {control: told[f"D{number}", control] for control in case.verdicts}
        assert (number, said) == (number, case.verdicts)


@pytest.mark.parametrize(
    ("channels", "verdict"),
    [
        ({"Venmo": "personal"}, "violation"),
        ({"PayPal": "business", "Zelle": "personal"}, "violation"),
        ({"PayPal": "business", "Bank card": "personal"}, "pass"),
        ({"Zelle": ""}, "unknown"),
    ],
)
def test_who_is_paid_decides_of_a_payment(channels, verdict, tmp_path: Path) -> None:
    line = {
        "device_id": "cards",
        "platform": "other",
        "form": "service",
        "reported_at": "2025-06-01T00:00:00Z",
        "listing": {"payment_channel": "all"},
        "items": [
            {"kind": "payment_channel", "name": name, "attributes": {"profile": profile}}
            for name, profile in channels.items()
        ],
    }
    told = _judge("cu-p2p", "2025-06-02", [json.dumps(line)], tmp_path)
    assert told["cards", "no-p2p"] == verdict


def _judge(
    policy: str, day: str, lines: Iterable[str], folder: Path, people: Path | None = None
) -> dict[tuple[str, str], str]:
    """Audit devices at noon of a day; return what comes of each, by its id and the control."""
    as_of = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
    report = folder / "report.ndjson"
    report.write_text("".join(lines), encoding="utf-8")
    rulebook = load_rulebook(resolve(Given((policy,)), folder))
    request = AuditRequest(
        inputs=(report,),
        policies=rulebook.policies,
        catalogue=rulebook.catalogue,
        as_of=as_of,
        received_at=as_of,
        started_at=as_of,
        people=people,
    )
    with audit(request) as outcome:
        rows = outcome.con.execute(
            "SELECT d.device_id, v.control, v.verdict, v.excused"
            " FROM verdict AS v JOIN device AS d ON d.device_key = v.device_key"
        ).fetchall()
    return {
        (device, control): "excused" if excused else verdict
        for device, control, verdict, excused in rows
    }


def _device_lines(cases: Iterable[Case], day: str) -> Iterable[str]:
    for number, case in enumerate(cases):
        device = {
            "device_id": f"D{number}",
            "name": f"phone {number}",
            "user_id": f"p{number}@example.com",
            "reported_at": f"{day}T06:00:00Z",
            **case.device,
            "listing": {"app": "all"},
            "items": [{"identifier": ANDROID[app], "name": app} for app in case.apps.split()],
        }
        attributes = [name for name in device if name.startswith("attributes.")]
        if attributes:
            given = {name.removeprefix("attributes."): device.pop(name) for name in attributes}
            device["attributes"] = given
        yield json.dumps(device) + "\n"


def _write_people(path: Path, cases: Iterable[Case]) -> None:
    columns = ("person_id", "email", "type", "department", "groups")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        for number, case in enumerate(cases):
            person = {"person_id": f"P{number}", "email": f"p{number}@example.com"}
            writer.writerow({**person, **case.person})
