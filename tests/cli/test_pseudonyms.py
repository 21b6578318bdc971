"""Exports that name no device and no person, in every form."""

from __future__ import annotations

import base64
import json
import re
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from small_fleet import Fleet, Run

from policycheck.cli.exits import Exit
from policycheck.report import REPORTS

CONFIG = "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"
WAIVER = """\
language: 1
waiver: user1-suppliers
policy: no-wechat
control: no-wechat
when: {person.person_id: user1}
reason: user1 writes to suppliers from PHONE-1.
ticket: user1
requested_by: user1@example.com
approved_by: user2@example.com
granted: 2026-11-01
expires: 2026-11-02
"""
KEY = b"0123456789abcdef0123456789abcdef"
REAL = re.compile(r"user\d|PHONE-\d|\bd-\d|S000000\d|phones\.ndjson", re.IGNORECASE)
FORMS = sorted(set(REPORTS) - {"terminal"})


@pytest.fixture
def stored(run: Run, fleet: Fleet, folder: Path) -> Path:
    (folder / "policycheck.yaml").write_text(CONFIG)
    (folder / "waivers").mkdir()
    (folder / "waivers" / "user1.yaml").write_text(WAIVER)
    (folder / "secret.key").write_bytes(KEY)
    (folder / "other.key").write_bytes(KEY[::-1])
    assert run("audit", fleet.report.name, "--as-of", "2026-11-03").code == Exit.VIOLATIONS
    return folder


def text_of(path: Path) -> str:
    """Return all that a file says, unpacked."""
    content = path.read_bytes()
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    text = content.decode()
    packed = re.findall(r"[A-Za-z0-9+/]{80,}={0,2}", text) if path.suffix == ".html" else []
    return "\n".join([text, *map(unpacked, packed)])


def unpacked(blob: str) -> str:
    try:
        return zlib.decompress(base64.b64decode(blob), 47).decode("utf-8", "replace")
    except (ValueError, zlib.error):
        return ""


@pytest.mark.wide
@pytest.mark.parametrize("form", FORMS)
def test_no_form_says_whose_it_is(form: str, run: Run, stored: Path) -> None:
    suffix = REPORTS[form].SUFFIX
    words = ("report", "--as-of", "2026-11-03", "-q", "--export")
    real, hidden = stored / f"real{suffix}", stored / f"hidden{suffix}"
    assert run(*words, real).code == Exit.CLEAN
    assert REAL.search(text_of(real))
    assert run(*words, hidden, "--pseudonym-key", "secret.key").code == Exit.CLEAN
    told = REAL.search(text_of(hidden))
    assert told is None, told


def test_one_key_gives_one_pseudonym_everywhere(run: Run, stored: Path) -> None:
    def people(*words: str) -> set[str]:
        lines = json.loads(run(*words, "-f", "json").out)
        findings = lines["findings"] if isinstance(lines, dict) else lines
        return {f["person_id"] for f in findings if f["verdict"] == "violation"}

    report = ("report", "--as-of", "2026-11-03")
    listed = people("violation", "list", "--pseudonym-key", "secret.key")
    assert people(*report, "--pseudonym-key", "secret.key") == listed
    assert people(*report, "--pseudonym-key", "other.key").isdisjoint(listed)
    assert all(re.fullmatch(r"person-[0-9a-f]{16}", each) for each in listed)


def test_the_config_s_key_holds_for_all_but_the_terminal(run: Run, stored: Path) -> None:
    (stored / "policycheck.yaml").write_text(f"{CONFIG}pseudonym_key: secret.key\n")
    for words in (
        ("violation", "list", "-f", "csv"),
        ("violation", "list", "--changes-only"),
        ("report", "--as-of", "2026-11-03", "-f", "markdown"),
        ("audit", "--all", "--as-of", "2026-11-03", "-f", "json"),
    ):
        told = run(*words)
        assert told.out
        assert REAL.search(told.out) is None, words
    assert REAL.search(run("violation", "list").out)


def test_a_key_has_to_be_secret(run: Run, stored: Path) -> None:
    (stored / "short.key").write_bytes(b"short")
    for name, said in (("short.key", "has fewer than 16 bytes"), ("none.key", "cannot read")):
        done = run("violation", "list", "--pseudonym-key", name)
        assert (done.code, said in done.err) == (Exit.COULD_NOT_AUDIT, True)
