"""`app review`: the queue, the file of decisions, and what they change in the next audit."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
import time
from pathlib import Path

import pytest
from small_fleet import YIXIN, Run, device, write_lines

POLICY = """\
language: 1
policy: only-yixin
title: Only Yixin
issuer: Example Ltd.
status: active
timezone: Asia/Shanghai
applies_to: {device.platform: android}
controls:
  - id: only-yixin
    clause: Only Yixin.
    severity: high
    only: {apps: [yixin], among: {category: messaging}}
"""
AS_OF = ("--as-of", "2026-11-03")


def app(identifier: str | None, name: str, **columns: str) -> dict[str, str]:
    type_ = {"identifier": identifier, "identifier_type": "android_package"} if identifier else {}
    return {"kind": "app", "name": name} | type_ | columns


LOOKALIKE = app("com.example.themes", "WeChаt")
MESSENGER = app("com.example.bluebird", "Bluebird Messenger", store_category="Communication")
MESSENGER_2 = MESSENGER | {"name": "Bluebird Messenger 2"}
NEIGHBOUR = app("com.example.desk", "Desk", publisher="Telegram FZ-LLC")
NOTES = app("com.example.notes", "Notes", publisher="Example Ltd.")
HOSTILE = app("com.example.h", "\x1b[31m Chat\u202e 微信分身\r\n", publisher="=cmd|' /C calc'!A0")


@pytest.fixture
def workspace(folder: Path, run: Run) -> Path:
    (folder / "policycheck.yaml").write_text("language: 1\n", encoding="utf-8")
    (folder / "policies").mkdir()
    (folder / "policies/only-yixin.yaml").write_text(POLICY, encoding="utf-8")
    devices = [
        device(1, LOOKALIKE, YIXIN, NOTES),
        device(2, LOOKALIKE, MESSENGER, NOTES),
        device(3, LOOKALIKE, MESSENGER_2, NOTES),
        device(4, YIXIN, NEIGHBOUR, NOTES),
    ]
    write_lines(folder / "phones.ndjson", devices)
    assert run("audit", "phones.ndjson", *AS_OF).code == 0
    return folder


def queue(run: Run, *words: str) -> list[dict[str, object]]:
    done = run("app", "review", "--format", "json", *words)
    assert done.code == 0, done.err
    rows: list[dict[str, object]] = json.loads(done.out)
    return rows


def verdicts(run: Run) -> dict[str, list[str]]:
    """Return, for each subject, its verdict or reasons in an audit of what is stored."""
    done = run("audit", "--all", "--format", "json", *AS_OF)
    found = json.loads(done.out)["findings"]
    return {
        row["subject"]: sorted({*row["reasons"]} or {row["verdict"]})
        for row in sorted(found, key=lambda row: str(row["device_id"]))
    }


def decide(run: Run, folder: Path, *rows: str) -> str:
    head = "language: 1\nby: li.na\nwhy: Looked at one\ndecisions:\n"
    (folder / "decided.yaml").write_text(head + "".join(rows), encoding="utf-8")
    done = run("app", "review", "--decisions", "decided.yaml")
    assert done.code == 0, done.err
    assert run("app", "lint").code == 0
    return done.out


def test_the_queue_ranks_by_devices_and_gives_its_reasons(workspace: Path, run: Run) -> None:
    rows = queue(run)
    assert [(row["devices"], row["identifier"]) for row in rows] == [
        (3, "com.example.themes"),
        (2, "com.example.bluebird"),
        (1, "com.example.desk"),
    ]
    assert rows[0]["suspected"] == ["wechat"]
    assert rows[0]["reasons"] == ["may be WeChat, by its lookalike name"]
    assert rows[1]["looks_like"] == ["im"]
    assert rows[1]["reasons"] == ["'messenger' in its name", "store category Communication"]
    assert rows[2]["neighbours"] == ["telegram", "telegram-x"]
    assert rows[2]["reasons"] == ["published by Telegram FZ-LLC, as Telegram and Telegram X"]


def test_only_what_the_policies_control_is_asked_about(workspace: Path, run: Run) -> None:
    own = workspace / "policies/only-yixin.yaml"
    own.write_text(POLICY.replace("messaging", "email"), encoding="utf-8")
    assert [row["identifier"] for row in queue(run)] == []
    own.unlink()
    assert len(queue(run)) == 3


def test_reports_can_be_looked_through_without_a_store(folder: Path, run: Run) -> None:
    write_lines(folder / "a.ndjson", [device(1, MESSENGER), device(2, MESSENGER)])
    write_lines(folder / "b.ndjson", [device(2, MESSENGER, source="other")])
    (row,) = queue(run, "a.ndjson", "b.ndjson")
    assert row["devices"] == 2
    assert run("app", "review").code == 2
    assert run("app", "review", "nowhere.ndjson").code == 2


def test_this_is_that_app_makes_it_a_violation(workspace: Path, run: Run) -> None:
    assert verdicts(run)["wechat"] == ["suspected"]
    item = "{identifier: com.example.themes, identifier_type: android_package}"
    told = decide(run, workspace, f"  - item: {item}\n    is: wechat\n")
    assert "rules/apps/wechat.yaml: made, which takes the place of the shipped one" in told
    assert verdicts(run)["wechat"] == ["violation"]
    assert "com.example.themes" not in [row["identifier"] for row in queue(run)]


def test_this_is_not_that_app_ends_the_suspicion(workspace: Path, run: Run) -> None:
    assert verdicts(run)["wechat"] == ["suspected"]
    told = decide(
        run, workspace, "  - item: {identifier: com.example.themes}\n    not_app: wechat\n"
    )
    assert "decisions/2" in told
    assert set(verdicts(run)) == {"com.example.bluebird"}
    assert "com.example.themes" not in [row["identifier"] for row in queue(run)]


def test_a_new_app_and_nothing_of_the_kind(workspace: Path, run: Run) -> None:
    assert verdicts(run)["com.example.bluebird"] == ["unclassified"]
    new = "{identifier: com.example.bluebird, identifier_type: android_package, name: Bluebird}"
    decide(
        run,
        workspace,
        f"  - item: {new}\n    new_app: {{app: bluebird, category: im}}\n",
        "  - item: {identifier: com.example.desk}\n    not_category: messaging\n",
        "  - item: {identifier: com.example.themes}\n    skip: true\n",
    )
    assert verdicts(run)["bluebird"] == ["violation"]
    assert [row["identifier"] for row in queue(run)] == ["com.example.themes"]


def test_the_queue_as_a_file_can_be_filled_in_and_taken(workspace: Path, run: Run) -> None:
    assert run("app", "review", "--write-decisions", "todo.yaml", "--by", "li.na").code == 0
    again = run("app", "review", "--write-decisions", "todo.yaml")
    assert (again.code, "there already" in again.err) == (2, True)
    assert "0 decided, 3 skipped" in run("app", "review", "--decisions", "todo.yaml").out
    text = (workspace / "todo.yaml").read_text("utf-8")
    rows = text.replace("    skip: true\n", "    not_category: messaging\n", 1)
    (workspace / "todo.yaml").write_text(rows, encoding="utf-8")
    done = run("app", "review", "--decisions", "todo.yaml")
    assert (done.code, "'why' is missing" in done.err) == (2, True)
    assert not (workspace / "rules").exists()
    (workspace / "todo.yaml").write_text(rows.replace("# why: ...", "why: Looked"), "utf-8")
    assert "1 decided, 2 skipped" in run("app", "review", "--decisions", "todo.yaml").out


def test_decisions_need_a_workspace(folder: Path, run: Run) -> None:
    text = "language: 1\ndecisions: []\n"
    (folder / "d.yaml").write_text(text, encoding="utf-8")
    done = run("app", "review", "--decisions", "d.yaml")
    assert (done.code, "decisions need a workspace" in done.err) == (2, True)


def test_the_table_fits_and_obeys_no_report(workspace: Path, run: Run) -> None:
    write_lines(workspace / "h.ndjson", [device(1, HOSTILE, MESSENGER)])
    told = run("app", "review", "h.ndjson").out
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "\\u202e" in told
    assert max(map(len, told.splitlines())) <= 80
    sheet = run("app", "review", "h.ndjson", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert [row["publisher"] for row in rows] == ["", "'=cmd|' /C calc'!A0"]
    run("app", "review", "h.ndjson", "--write-decisions", "h.yaml")
    text = (workspace / "h.yaml").read_text("utf-8")
    assert text.isprintable() or {c for c in text if not c.isprintable()} == {"\n"}
    assert "0 decided, 2 skipped" in run("app", "review", "--decisions", "h.yaml").out


def test_what_is_not_shown_is_said(workspace: Path, run: Run) -> None:
    assert "and 2 more: --limit" in run("app", "review", "--limit", "1").out
    many = [app(f"com.example.n{n}", f"Drive {n}", publisher="Telegram FZ-LLC") for n in range(9)]
    write_lines(workspace / "m.ndjson", [device(1, *many)])
    told = run("app", "review", "m.ndjson").out
    assert "nothing to review among 9 different items" in told
    assert "left out, as from makers of many products: 9 by Telegram FZ-LLC" in told


def test_the_schema_is_printed(run: Run) -> None:
    done = run("app", "schema")
    assert json.loads(done.out)["title"] == "Decisions on unknown items"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_on_a_terminal_it_asks(workspace: Path) -> None:
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "policycheck", "app", "review"])
    told = _talk(terminal, ["w", "Looked at one", "q"])
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, told
    assert "1 of 3: WeChаt (com.example.themes)" in told
    assert "1 decided, 0 skipped" in told
    (file,) = (workspace / "rules/decisions").iterdir()
    assert "not_app: [wechat]" in file.read_text("utf-8")


def _talk(terminal: int, lines: list[str]) -> str:
    """Answer each question as it comes; return everything that was shown."""
    shown, asked = b"", 0
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # the other end is gone
            break
        while asked < len(lines) and shown.count(b"]: ") + shown.count(b"Why?: ") > asked:
            os.write(terminal, f"{lines[asked]}\n".encode())
            asked += 1
    return shown.decode(errors="replace")
