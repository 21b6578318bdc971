"""Evidence packs: what is in them, that they hold, and that what was changed is found."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from small_fleet import WECHAT, YIXIN, Fleet, Run, device, write_lines, write_people

from policycheck.store.pack import as_zip

CONFIG = "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"


@pytest.fixture
def pack(fleet: Fleet, folder: Path, run: Run) -> Path:
    """A pack of the small fleet's only breach."""
    (folder / "policycheck.yaml").write_text(CONFIG)
    assert run("audit", fleet.report.name, "--as-of", "2026-11-03").code == 1
    (line,) = json.loads(run("violation", "list", "-f", "json").out)
    assert run("evidence", "export", line["fingerprint"][:8], "pack.zip").code == 0
    return folder / "pack.zip"


def unpacked(pack: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(pack) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_a_pack_holds_what_proves_a_violation(pack: Path, fleet: Fleet) -> None:
    files = unpacked(pack)
    index = files["index.md"].decode()
    assert "item\n" in index
    assert "com.tencent.mm" in index
    assert "opened by report" in index
    (opening,) = json.loads(files["openings.json"])
    told = json.loads(opening["opening"])
    assert (told["app_id"], told["record"]) == ("wechat", 1)
    assert told["device"]["serial"] == "S0000001"
    assert json.loads(opening["personal"][1])["person_id"] == "user1"
    assert "user1" not in opening["opening"]
    texts = [content for name, content in files.items() if name.startswith("policy/")]
    assert texts == [fleet.policy.read_bytes()]
    (app,) = [json.loads(files[name]) for name in files if name.startswith("app/")]
    assert app["app"]["app_id"] == "wechat"


def test_what_is_copied_in_slices_is_the_same(
    fleet: Fleet, folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "policycheck.yaml").write_text(CONFIG)
    monkeypatch.setattr("policycheck.store.openings._SLICE", 1)
    write_lines(folder / "many.jsonl", [device(number, WECHAT) for number in range(1, 5)])
    write_people(folder / "people.csv", **{f"user{n}": "employee" for n in range(1, 5)})
    assert run("audit", "many.jsonl", "--as-of", "2026-11-03").code == 1
    lines = json.loads(run("violation", "list", "-f", "json").out)
    assert len(lines) == 4
    for place, line in enumerate(lines):
        assert run("evidence", "export", line["fingerprint"][:8], f"{place}.zip").code == 0
        (opening,) = json.loads(unpacked(folder / f"{place}.zip")["openings.json"])
        assert json.loads(opening["opening"])["fingerprint"] == line["fingerprint"]
    assert run("store", "verify").code == 0


WAIVER = """\
language: 1
waiver: w-1
policy: no-wechat
control: no-wechat
when: {device.platform: android, person.groups: support}
reason: They answer customers there.
ticket: T-1
requested_by: a@example.com
approved_by: b@example.com
granted: 2026-11-01
expires: 2026-11-30
"""
POLICY = """\
language: 1
policy: no-wechat
title: No WeChat here
issuer: Example Ltd.
status: active
effective_from: 2026-01-01
timezone: UTC
stale_after: 30d
applies_to: {person.type: employee}
except:
  - when: [{device.attributes.lab: "yes"}, {device.ownership: personal}]
    reason: The laboratory tests it.
controls:
  - id: no-wechat
    clause: Nobody uses WeChat for work.
    severity: high
    applies_to: {device.platform: [android, ios]}
    forbid: {app: wechat}
    indication: {device.ownership: personal_enrolled}
"""


def test_a_pack_tells_each_step_of_the_verdict(fleet: Fleet, folder: Path, run: Run) -> None:
    (folder / "policycheck.yaml").write_text(CONFIG)
    fleet.policy.write_text(POLICY)
    (folder / "waivers").mkdir()
    (folder / "waivers" / "w-1.yaml").write_text(WAIVER)
    people = "person_id,email,type,groups\nuser1,user1@example.com,employee,support\n"
    fleet.people.write_text(people)
    write_lines(fleet.report, [device(1, WECHAT, attributes={"lab": "no"})])
    run("audit", fleet.report.name, "--as-of", "2026-11-03", "-q")
    (line,) = json.loads(run("violation", "list", "-f", "json").out)
    assert run("evidence", "export", line["fingerprint"], "pack.zip").code == 0
    assert run("evidence", "verify", "pack.zip").code == 0
    files = unpacked(folder / "pack.zip")
    (verdict,) = json.loads(files["steps.json"])
    steps = {step["step"]: step for step in verdict["steps"]}
    assert {name: step["answer"] for name, step in steps.items()} == {
        "policy in force": "yes", "policy scope": "true", "control scope": "true",
        "policy exception": "not true, or over", "requirement": "broken",
        "indication": "not true", "waiver": "waived",
    }  # fmt: skip
    assert steps["policy scope"]["asked"] == {"person.type": "employee"}
    assert steps["policy scope"]["of"] == {"person.type": "employee"}
    assert steps["control scope"]["of"] == {"device.platform": "android"}
    excused = {"device.attributes.lab": "no", "device.ownership": None}
    assert steps["policy exception"]["of"] == excused
    assert steps["requirement"]["asked"] == {"forbid": {"app": "wechat"}}
    assert steps["requirement"]["of"]["app_id"] == "wechat"
    assert steps["waiver"]["of"] == {"device.platform": "android", "person.groups": ["support"]}
    assert "- policy scope: true" in files["index.md"].decode()
    run("store", "prune", "--forget", "user1")
    run("evidence", "export", line["fingerprint"], "pack.zip")
    assert run("evidence", "verify", "pack.zip").code == 0
    (verdict,) = json.loads(unpacked(folder / "pack.zip")["steps.json"])
    steps = {step["step"]: step for step in verdict["steps"]}
    assert [steps[name]["of"] for name in ("policy scope", "waiver")] == [{}, {}]


def test_of_merged_devices_a_pack_holds_both_lives_and_records(
    fleet: Fleet, folder: Path, run: Run
) -> None:
    (folder / "policycheck.yaml").write_text(CONFIG)
    write_people(fleet.people, user1="employee")
    others = (("jamf", 6, "3"), ("intune", 7, "4"))
    for source, number, day in (("agent", 1, "2"), *others):
        shown = device(number, WECHAT, user_id="user1@example.com", source=source)
        write_lines(fleet.report, [shown | {"reported_at": f"2026-11-0{day}T08:00:00Z"}])
        run("audit", fleet.report.name, "--as-of", f"2026-11-0{day}")
    clean = device(1, YIXIN, source="agent", reported_at="2026-11-05T08:00:00Z")
    write_lines(fleet.report, [clean])
    run("audit", fleet.report.name, "--as-of", "2026-11-05")
    assert run("device", "merge", "d-1", "d-6").code == 0
    assert run("device", "merge", "d-7", "d-1").code == 0
    (line,) = json.loads(run("violation", "list", "-f", "json").out)
    assert (line["device_id"], line["first_seen"][:10]) == ("d-7", "2026-11-02")
    assert run("evidence", "export", line["fingerprint"], "pack.zip").code == 0
    files = unpacked(folder / "pack.zip")
    assert run("evidence", "verify", "pack.zip").code == 0
    told = [json.loads(each["opening"]) for each in json.loads(files["openings.json"])]
    assert [each["device"]["device_id"] for each in told] == ["d-1", "d-6", "d-7"]
    kinds = [each["event"][4] for each in json.loads(files["events.json"])]
    assert kinds == [
        "opened", "opened", "opened", "closed", "merged", "closed", "reopened", "merged", "closed",
    ]  # fmt: skip


def test_the_same_store_gives_the_same_pack(pack: Path, run: Run) -> None:
    fingerprint = json.loads(unpacked(pack)["manifest.json"])["fingerprint"]
    assert run("evidence", "export", fingerprint, "again.zip").code == 0
    assert (pack.parent / "again.zip").read_bytes() == pack.read_bytes()


def test_a_pack_is_checked_without_a_store(pack: Path, run: Run) -> None:
    report = json.loads(run("report", "--as-of", "2026-11-03", "-f", "json").out)
    for store in pack.parent.glob("policycheck.db*"):
        store.unlink()
    sound = run("evidence", "verify", "pack.zip", "--head", report["head"])
    assert (sound.code, sound.err) == (0, "")
    other = run("evidence", "verify", "pack.zip", "--head", "0" * 64)
    assert other.code == 1
    assert "the head 000000000000 is not among the runs of the pack" in other.err


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(25))
def test_what_was_changed_in_a_pack_is_named(number: int, pack: Path, run: Run) -> None:
    random = Random(number)
    files = unpacked(pack)
    name = other = random.choice(sorted(files))
    kind = ("edit", "delete", "insert", "truncate", "swap")[number % 5]
    if kind == "edit":
        content = bytearray(files[name])
        content[random.randrange(len(content))] ^= 1
        files[name] = bytes(content)
    elif kind == "delete":
        del files[name]
    elif kind == "insert":
        name = other = "policy/more.yaml"
        files[name] = b"forged"
    elif kind == "truncate":
        files[name] = files[name][: random.randrange(len(files[name]))]
    else:
        other = random.choice(sorted(set(files) - {name}))
        files[name], files[other] = files[other], files[name]
    pack.write_bytes(as_zip(files))
    found = run("evidence", "verify", "pack.zip")
    assert found.code == 1
    tampered = {"manifest.json"} if "manifest.json" in (name, other) else {name, other}
    assert all(each in found.err for each in tampered), (tampered, found.err)


def test_a_forger_who_mends_the_manifest_is_found(pack: Path, run: Run) -> None:
    import hashlib

    for name, was, forged in (
        ("events.json", b'"opened"', b'"closed"'),
        ("openings.json", b"com.tencent.mm", b"com.tencent.qq"),
        ("openings.json", b"user1", b"user2"),
        ("runs.json", b'"audit"', b'"prune"'),
        ("index.md", b"opened by", b"closed by"),
        ("steps.json", b'"employee"', b'"partner"'),
        ("steps.json", b'"wechat"', b'"qq"'),
    ):
        files = unpacked(pack)
        files[name] = files[name].replace(was, forged)
        manifest = json.loads(files["manifest.json"])
        manifest["files"][name] = hashlib.sha256(files[name]).hexdigest()
        files["manifest.json"] = json.dumps(manifest).encode()
        (pack.parent / "forged.zip").write_bytes(as_zip(files))
        found = run("evidence", "verify", "forged.zip")
        assert (found.code, name in found.err) == (1, True), (name, found.err)


def test_no_zip_is_no_pack(folder: Path, run: Run) -> None:
    (folder / "no.zip").write_bytes(b"PK\x03\x04")
    found = run("evidence", "verify", "no.zip")
    assert (found.code, "is no evidence pack" in found.err) == (1, True)


def test_a_signature_is_of_one_key_and_one_pack(pack: Path, run: Run, folder: Path) -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    for name, each in (("public.pem", key), ("other.pem", other)):
        public = each.public_key()
        (folder / name).write_bytes(
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
    unsigned = run("evidence", "verify", "pack.zip", "--key", "public.pem")
    assert (unsigned.code, "the pack is not signed" in unsigned.err) == (1, True)
    fingerprint = json.loads(unpacked(pack)["manifest.json"])["fingerprint"]
    assert run("evidence", "export", fingerprint, "signed.zip", "--key", "key.pem").code == 0
    assert run("evidence", "verify", "signed.zip", "--key", "public.pem").code == 0
    wrong = run("evidence", "verify", "signed.zip", "--key", "other.pem")
    assert (wrong.code, "the signature is not of this pack" in wrong.err) == (1, True)
    no_key = run("evidence", "export", fingerprint, "x.zip", "--key", "pack.zip")
    assert (no_key.code, "is no Ed25519 private key" in no_key.err) == (2, True)
    (folder / "policycheck.yaml").write_text(f"{CONFIG}evidence_key: key.pem\n")
    assert run("evidence", "export", fingerprint, "by-config.zip").code == 0
    assert (folder / "by-config.zip").read_bytes() == (folder / "signed.zip").read_bytes()
