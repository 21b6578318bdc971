"""`policycheck notify` as people call it: preview, begin, send, try again."""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import jsonschema
import pytest
from receivers import HttpReceiver

from policycheck.cli.main import main
from policycheck.cli.telling import Teller, telling
from policycheck.watch.log import open_log
from policycheck.workspace import Given, resolve

POLICY = """\
language: 1
policy: no-wechat
title: No WeChat here
issuer: Example Ltd.
status: active
applies_to: {device.platform: android}
controls:
  - id: no-wechat
    clause: Nobody uses WeChat for work.
    severity: high
    forbid: {app: wechat}
"""
CONFIG = """\
language: 1
people: people.csv
notify:
  channels:
    hook: {kind: webhook, url: {env: TEST_HOOK}, when: at_once}
    room: {kind: wecom, url: {file: room.txt}, when: at_once, by: department, language: zh}
"""
PEOPLE = "person_id,email,department\nu1,u1@example.com,Sales\nu2,u2@example.com,IT\n"
WECHAT = {
    "kind": "app", "identifier": "com.tencent.mm", "identifier_type": "android_package",
    "name": "微信",
}  # fmt: skip

Run = Callable[..., tuple[int, str, str]]


def write_reports(folder: Path, *numbers: int) -> Path:
    lines = [
        {
            "device_id": f"d-{n}", "name": f"PHONE-{n}", "platform": "android", "form": "phone",
            "user_id": f"u{n}@example.com", "reported_at": "2026-11-02T08:00:00Z",
            "listing": {"app": "all"}, "items": [WECHAT],
        }
        for n in numbers
    ]  # fmt: skip
    path = folder / f"phones-{numbers[0]}.ndjson"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def run(
    tmp_path: Path, web: HttpReceiver, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture
) -> Run:
    """Run the program in a workspace whose store holds two violations."""
    for name in [name for name in os.environ if name.startswith("POLICYCHECK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEST_HOOK", web.url)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "no-wechat.yaml").write_text(POLICY)
    (tmp_path / "policycheck.yaml").write_text(CONFIG)
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "room.txt").write_text(f"{web.url}\n")
    web.answer = lambda _: (200, '{"errcode": 0}')

    def run_with(*words: str | Path) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([str(word) for word in words])
        return code, *capfd.readouterr()

    assert run_with("audit", write_reports(tmp_path, 1, 2), "--quiet")[0] == 1
    return run_with


def test_a_new_channel_shows_what_it_would_send_and_sends_nothing(run, web) -> None:
    code, out, err = run("notify")
    assert (code, err, web.posts) == (0, "", [])
    for told in (
        "hook (webhook; new, not begun)\n  1 message with 4 notices:",
        "room (wecom; new, not begun)\n  2 messages with 2 notices:",
        "  policycheck（Sales）：新增 1\n",
        "nothing is sent through what is new: hook, room\n",
        "policycheck notify --begin open",
    ):
        assert told in out
    dry = run("notify", "--dry-run")[1] + "sent 0 messages with 0 notices\n"
    assert re.sub(r'"made_at": "[^"]+"', "", dry) == re.sub(r'"made_at": "[^"]+"', "", out)
    assert "token-1234" not in out


def test_begin_with_what_is_open_sends_what_was_shown(run, web) -> None:
    code, out, err = run("notify", "--begin", "open")
    assert (code, err) == (0, "")
    assert out == "begun: hook, room; messages to send: 3\nsent 3 messages with 6 notices\n"
    hook = [post for post in web.posts if "Idempotency-Key" in post.headers]
    rooms = [post.told["text"]["content"] for post in web.posts if post not in hook]
    assert [n["kind"] for n in hook[0].told["notices"]] == ["opened", "overdue"] * 2
    assert sorted("PHONE-1" in room for room in rooms) == [False, True]
    assert run("notify")[1] == "sent 0 messages with 0 notices\n"


def test_begin_from_now_on_leaves_out_what_is_open(run, web, tmp_path) -> None:
    assert run("notify", "--begin", "now")[1].endswith("sent 0 messages with 0 notices\n")
    run("audit", write_reports(tmp_path, 3), "--quiet")
    out = run("notify", "--dry-run")[1]
    assert "hook (webhook; when at_once)\n  1 message with 2 notices:" in out
    assert "PHONE-1" not in out
    assert web.posts == []


def test_what_cannot_be_sent_is_said_and_waits(run, web) -> None:
    web.answer = lambda _: (500, "")
    code, out, err = run("notify", "--begin", "open")
    assert code == 3
    assert "error: could not send through 'hook': it answered with HTTP 500" in err
    assert "sent 0 messages" in out
    shown = run("notify", "--dry-run")[1]
    assert "waiting since before: 2 messages, to be tried at" in shown
    assert "because it answered with HTTP 500" in shown
    assert "token-1234" not in out + err + shown


def test_a_secret_that_is_missing_stops_its_channel_only(run, web, tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("TEST_HOOK")
    code, out, err = run("notify", "--begin", "open")
    assert code == 2
    assert "the url of channel 'hook' is to be in the variable 'TEST_HOOK', and there is" in err
    assert out.endswith("sent 2 messages with 2 notices\n")
    (tmp_path / "room.txt").write_text("ftp://token-1234")
    code, _, err = run("notify")
    assert "the url of channel 'room' is no address that begins with https://" in err
    assert "token-1234" not in err


def test_messages_of_a_channel_that_is_gone_are_not_forgotten(run, web, tmp_path) -> None:
    web.answer = lambda _: (500, "")
    run("notify", "--begin", "open")
    without = "".join(line for line in CONFIG.splitlines(keepends=True) if " hook:" not in line)
    (tmp_path / "policycheck.yaml").write_text(without)
    code, _, err = run("notify")
    assert code == 0
    assert "1 messages wait for the channel 'hook', which is not in policycheck.yaml" in err


def test_without_channels_or_a_store_there_is_nothing_to_do(run, tmp_path) -> None:
    code, _, err = run("notify", "--store", f"sqlite:///{tmp_path}/none.db")
    assert (code, "there is no store" in err) == (2, True)
    (tmp_path / "policycheck.yaml").write_text("language: 1\n")
    code, _, err = run("notify")
    assert (code, "nobody is to be told anything" in err) == (2, True)


def test_without_apprise_there_is_one_message(run, web, tmp_path) -> None:
    mail = "  mail: {server: smtp.example.com, from: p@example.com}\n"
    more = "    a: {kind: mail, to: a@example.com}\n    b: {kind: slack, url: {env: TEST_HOOK}}\n"
    text = CONFIG.replace("notify:\n", f"notify:\n{mail}") + more
    (tmp_path / "policycheck.yaml").write_text(text)
    code = "import sys; sys.modules['apprise'] = None; from policycheck.cli.main import main;"
    words = [sys.executable, "-c", f"{code} sys.exit(main(['notify', '--begin', 'open']))"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "error: telling by mail, Slack, Teams and others needs apprise, which is not here\n"
        "  = help: pip install 'policycheck[notify]'\n"
    )
    assert done.stdout.endswith("sent 3 messages with 6 notices\n")


def test_the_schema_takes_what_the_program_takes(run) -> None:
    schema = json.loads(run("init", "--schema")[1])
    jsonschema.Draft202012Validator.check_schema(schema)
    room = {"kind": "slack", "url": {"env": "SLACK"}}
    right = {"language": "1", "notify": {"channels": {"room": room}}}
    jsonschema.validate(right, schema)
    for wrong in (
        {"kind": "slack"},
        {"kind": "mail"},
        room | {"url": {"env": "A", "file": "b"}},
        room | {"url": "https://example.com"},
        room | {"when": "9am"},
        room | {"tell": "everything"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"language": "1", "notify": {"channels": {"room": wrong}}}, schema)


def wait_until(holds: Callable[[], object]) -> None:
    """Wait for what another thread does; fail where it does not come to hold."""
    until = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def begin_long_ago(run: Run, folder: Path) -> None:
    """Let all channels begin, so long ago that the next digest's time has come."""
    run("notify", "--begin", "now")
    with closing(sqlite3.connect(folder / "policycheck.db")) as store:
        store.execute("UPDATE channel SET told_at = '2020-01-01 00:00:00.000000'")
        store.commit()


def test_a_watcher_that_ends_tells_what_it_recorded(run, web, tmp_path) -> None:
    begin_long_ago(run, tmp_path)
    (tmp_path / "inbox").mkdir()
    write_reports(tmp_path, 4).rename(tmp_path / "inbox" / "four.ndjson")
    code, _, log = run("watch", "inbox", "--once", "--settle", "0")
    assert code == 0
    assert "event=told messages=2 notices=3" in log
    assert sorted("PHONE-4" in post.body for post in web.posts) == [True, True]


def test_a_watcher_tells_while_it_runs_and_says_each_trouble_once(run, web, tmp_path) -> None:
    begin_long_ago(run, tmp_path)
    run("audit", write_reports(tmp_path, 4), "--quiet")
    web.answer = lambda _: (500, "")
    stream = io.StringIO()
    settings = resolve(Given(), tmp_path, needs_facts=False)
    with telling(lambda: settings, open_log(stream, as_json=False), once=False):
        wait_until(lambda: len(web.posts) == 2 and "hook" in stream.getvalue())
    teller = Teller(lambda: settings, open_log(stream, as_json=False))
    teller.tell()
    before = stream.getvalue()
    teller.tell()
    assert stream.getvalue() == before
    assert before.count("could not send") == 4
    assert "token-1234" not in before


def test_what_is_wrong_with_the_settings_does_not_end_a_watcher(run, tmp_path, monkeypatch) -> None:
    begin_long_ago(run, tmp_path)
    settings = resolve(Given(), tmp_path, needs_facts=False)
    stream = io.StringIO()
    teller = Teller(lambda: settings, open_log(stream, as_json=False))
    people = (tmp_path / "people.csv").read_bytes()
    (tmp_path / "people.csv").write_text("nonsense\n")
    teller.tell()
    teller.tell()
    assert stream.getvalue().count("cannot tell") == 1
    (tmp_path / "people.csv").write_bytes(people)
    teller.tell()
    assert "telling again" in stream.getvalue()
