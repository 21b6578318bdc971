"""Policies as they are loaded: what each key becomes, and when a control is in force and due."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from policycheck.model import Severity
from policycheck.policy.fields import PLACEHOLDERS, fill
from policycheck.policy.load import find, in_folder, load, read_policy
from policycheck.policy.model import (
    ALWAYS,
    All,
    Any_,
    Attest,
    Compare,
    Forbid,
    Only,
    Require,
    StandingException,
    Term,
    Vocabulary,
    Waivers,
)
from policycheck.problems import PolicycheckError
from policycheck.yamlfile import parse

SHIPPED = Path(__file__).parents[2] / "policies"
FULL = """\
language: 1
policy: full
title: {en: Only Yixin, zh: 只用易信}
issuer: Example Ltd
issued: 2013-08-26
source: a memo
status: superseded
superseded_by: fuller
effective_from: 2013-08-26
effective_until: 2014-12-31
timezone: Asia/Shanghai
stale_after: 36h
waivers: {approved_by: [head of security], max_days: 90}
applies_to: [{person.type: [employee, NO]}, {device.attributes.site.hall: HQ}]
except:
  - when: {person.department: research}
    until: 2013-12-31
    reason: a pilot
formerly: fool
overrides: true
controls:
  - id: a
    clause: Only Yixin.
    severity: high
    obligation: should
    grace: 14d
    only: {apps: [yixin], among: [{category: [messaging, im]}, {name: "*chat*"}]}
    indication: always
    remediation: "Remove {item.name}."
    maps_to: {ISO 27001: A.5.14, NIST: [a, b]}
    applies_to: {device.managed: true}
    effective_from: 2013-01-01
    effective_until: 2013-10-31
    except: [{when: {device.form: service}}]
    formerly: [old-a, older-a]
  - id: b
    clause: {en: No Tencent.}
    severity: critical
    deadline: 2013-09-30
    forbid:
      vendor_group: tencent
      kind: [app, web_app]
      version: 1.10
      item.profile: work
      app.attributes.archives: "false"
      where: item.system AND app.vendor_country = 'CN'
    except_apps: wecom
  - {id: c, clause: c, severity: low, require: {app: [yixin, lanxin]}, per: person}
  - {id: d, clause: d, severity: info, attest: {statement: Told., by: issuer}}
"""


def read(text, vocabulary=None):
    policy, problems = read_policy(parse(text.encode(), "p.yaml"), vocabulary)
    assert problems == []
    return policy


@pytest.fixture(scope="module")
def full():
    return read(FULL)


def test_the_policys_own_keys(full):
    assert full.policy == "full"
    assert full.title == {"en": "Only Yixin", "zh": "只用易信"}
    assert full.stale_after == timedelta(hours=36)
    assert full.superseded_by == "fuller"
    assert full.waivers == Waivers(allowed=True, approved_by=("head of security",), max_days=90)
    assert full.applies_to == Any_(
        (
            Compare("person", "type", None, "is", ("employee", "NO")),
            Compare("device", "attributes", "site.hall", "is", ("HQ",)),
        )
    )
    assert full.applies_to.columns == ("person.type", "device.attributes.site.hall")
    assert full.exceptions == (
        StandingException(
            Compare("person", "department", None, "is", ("research",)),
            {"": "a pilot"},
            date(2013, 12, 31),
        ),
    )
    assert (full.formerly, full.overrides) == (("fool",), True)
    assert len(full.sha256) == 64


def test_a_controls_own_keys(full):
    control = full.controls[0]
    assert (control.id, control.severity, control.obligation) == ("a", Severity.HIGH, "should")
    assert control.clause == {"": "Only Yixin."}
    assert control.grace == timedelta(days=14)
    assert control.maps_to == {"ISO 27001": ("A.5.14",), "NIST": ("a", "b")}
    assert control.applies_to == Compare("device", "managed", None, "is", (True,))
    assert control.indication == ALWAYS
    assert control.exceptions[0].when == Compare("device", "form", None, "is", ("service",))
    assert control.formerly == ("old-a", "older-a")


def test_the_four_kinds(full):
    only, forbid, require, attest = (control.demand for control in full.controls)
    assert only == Only(("yixin",), (Term(categories=("messaging", "im")), Term(names=("*chat*",))))
    assert isinstance(forbid, Forbid)
    assert (forbid.approved, forbid.grain) == (("wecom",), "device")
    assert require == Require((Term(apps=("yixin", "lanxin")),), "person")
    assert attest == Attest({"": "Told."}, "issuer")
    assert [d.grain for d in (only, require, attest)] == ["device", "person", "issuer"]
    assert (attest.selector, require.approved) == ((), ())


def test_a_term_tells_what_it_asks(full):
    (term,) = full.controls[1].demand.selector
    assert term.kinds == ("app", "web_app")
    assert term.item_conditions == Compare("item", "profile", None, "is", ("work",))
    assert term.app_conditions == Compare("app", "attributes", "archives", "is", ("false",))
    assert term.uses_app
    assert term.has_condition
    assert term.condition_columns == (
        "item.version", "item.profile", "app.attributes.archives",
        "item.system", "app.vendor_country",
    )  # fmt: skip
    plain = Term(names=("x",))
    assert not plain.uses_app
    assert not plain.has_condition


def test_several_operators_of_a_column_are_anded():
    text = FULL.replace("{device.managed: true}", "{device.os_version: {at_least: 8, below: 9}}")
    scope = read(text).controls[0].applies_to
    assert isinstance(scope, All)
    assert [part.operator for part in scope.parts] == ["at_least", "below"]


def test_no_waivers_is_not_the_same_as_silence():
    terms = "{approved_by: [head of security], max_days: 90}"
    assert read(FULL.replace(terms, "none")).waivers == Waivers(allowed=False, max_days=0)
    assert read(FULL.replace(f"waivers: {terms}\n", "")).waivers == Waivers()


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


ACTIVE = FULL.replace("status: superseded\nsuperseded_by: fuller", "status: active")


@pytest.mark.parametrize(
    ("control", "moment", "expected"),
    [
        (0, "2013-08-25T23:59:59.999999+08:00", False),
        (0, "2013-08-26T00:00:00+08:00", True),
        (0, "2013-10-31T23:59:59.999999+08:00", True),
        (0, "2013-11-01T00:00:00+08:00", False),
        (1, "2014-12-31T23:59:59+08:00", True),
        (1, "2015-01-01T00:00:00+08:00", False),
    ],
)
def test_a_control_is_in_force_from_its_first_day_through_its_last(control, moment, expected):
    policy = read(ACTIVE)
    assert policy.in_force(policy.controls[control], at(moment)) is expected


@pytest.mark.parametrize(
    ("status", "drafts", "expected"),
    [
        ("active", False, True),
        ("withdrawn", True, False),
        ("superseded\nsuperseded_by: x", True, False),
        ("draft", False, False),
        ("draft", True, True),
    ],
)
def test_drafts_are_judged_only_on_request(status, drafts, expected):
    policy = read(ACTIVE.replace("status: active", f"status: {status}"))
    moment = at("2013-09-01T00:00+08:00")
    assert policy.in_force(policy.controls[0], moment, drafts=drafts) is expected


@pytest.mark.parametrize(
    ("control", "first_seen", "due"),
    [
        (0, "2013-09-01T12:00+08:00", "2013-09-15T12:00+08:00"),
        (0, "2013-08-01T12:00+08:00", "2013-09-09T00:00+08:00"),
        (1, "2013-09-01T12:00+08:00", "2013-09-30T23:59:59.999999+08:00"),
        (1, "2014-09-01T12:00+08:00", "2013-09-30T23:59:59.999999+08:00"),
        (2, "2013-09-01T12:00+08:00", "2013-09-01T12:00+08:00"),
    ],
)
def test_due_is_the_deadline_or_the_grace_from_first_sight(control, first_seen, due):
    policy = read(ACTIVE)
    assert policy.due(policy.controls[control], at(first_seen)) == at(due)


def test_never_is_a_date_too():
    policy = read(ACTIVE.replace("2014-12-31", "9999-12-31"))
    assert policy.in_force(policy.controls[1], at("2100-01-01T00:00+00:00"))


def test_ids_are_taken_as_they_are_without_a_catalogue_and_checked_with_one():
    vocabulary = Vocabulary(
        apps=frozenset({"yixin", "lanxin", "wecom"}),
        categories=frozenset({"messaging", "im"}),
        vendor_groups=frozenset({"tencent"}),
    )
    assert read(FULL, vocabulary) == read(FULL)
    _, problems = read_policy(parse(FULL.encode(), "p.yaml"), Vocabulary())
    assert len(problems) == 7


def test_two_files_cannot_hold_one_policy(tmp_path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(FULL, encoding="utf-8")
    with pytest.raises(PolicycheckError, match="a policy 'full' is there already"):
        load(in_folder(tmp_path))


def test_policies_are_found_by_name_in_the_first_folder_that_has_them(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "jd-business-im.yaml").write_text(FULL, encoding="utf-8")
    (own / "mine.yaml").write_text(FULL, encoding="utf-8")
    folders = (own, SHIPPED)
    assert find(["jd-business-im", "jd-payment-channels"], folders) == (
        own / "jd-business-im.yaml",
        SHIPPED / "jd-payment-channels.yaml",
    )
    assert find([str(own / "mine.yaml"), "mine"], folders) == (own / "mine.yaml",)
    with pytest.raises(PolicycheckError) as caught:
        find(["jd-busines-im", "none.yaml"], folders)
    assert [(p.message, p.hint) for p in caught.value.problems] == [
        ("there is no policy 'jd-busines-im'", "did you mean 'jd-business-im'?"),
        ("there is no policy file 'none.yaml'", ""),
    ]


def test_placeholders_are_filled_once_and_never_formatted():
    values = {"item.name": "{device.name} {0.__class__}", "device.name": None}
    assert fill("Remove {item.name} from {device.name}, {please}", values) == (
        "Remove {device.name} {0.__class__} from {device.name}, {please}"
    )
    assert len(set(PLACEHOLDERS)) == len(PLACEHOLDERS)


def test_the_policies_of_jd_say_what_the_memos_said():
    business, payment = load(sorted(SHIPPED.glob("jd-*.yaml")))
    assert business.issued == date(2013, 8, 26)
    assert business.applies_to == Compare("person", "type", None, "is", ("employee",))
    (only,) = business.controls
    assert only.demand == Only(("yixin",), (Term(categories=("messaging",)),))
    assert only.indication.columns == ("device.ownership",)
    assert payment.issued == date(2013, 8, 30)
    assert payment.applies_to.columns == ("device.platform", "device.form")
    (closed,) = payment.controls
    assert closed.demand == Forbid((Term(apps=("tenpay",), kinds=("payment_channel",)),))
