"""The commands that judge nothing: init, policy, app, inventory."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pytest
from small_fleet import Fleet, Run, device, write_policy

from policycheck.text import display_width


def test_init_makes_a_workspace_that_lints(run: Run, folder: Path) -> None:
    done = run("init", "here")
    assert done.code == 0
    assert (folder / "here/policycheck.yaml").is_file()
    assert (folder / "here/inbox").is_dir()
    assert "made here/policycheck.yaml" in done.out
    assert run("policy", "lint", "here/policies/our-messenger.yaml").code == 0


def test_init_with_the_demo_brings_a_fleet(run: Run, folder: Path) -> None:
    assert run("init", "--demo", "demo").code == 0
    assert (folder / "demo/people.csv").is_file()
    assert list((folder / "demo/inbox").glob("*.xml"))


def test_init_writes_over_nothing(run: Run, folder: Path) -> None:
    (folder / "policycheck.yaml").write_text("mine")
    done = run("init")
    assert done.code == 2
    assert "'policycheck.yaml' is there already" in done.err
    assert (folder / "policycheck.yaml").read_text() == "mine"
    assert list(folder.iterdir()) == [folder / "policycheck.yaml"]


def test_policy_list_names_the_shipped_ones_and_our_own(run: Run, folder: Path) -> None:
    run("init")
    listed = json.loads(run("policy", "list", "-f", "json").out)
    assert listed[0]["policy"] == "our-messenger"
    assert {"jd-business-im", "jd-payment-channels"} <= {line["policy"] for line in listed}
    table = run("policy", "list").out.splitlines()
    assert table[0].split() == ["policy", "status", "issuer", "title"]
    rows = list(csv.DictReader(io.StringIO(run("policy", "list", "-f", "csv").out)))
    assert [row["policy"] for row in rows] == [line["policy"] for line in listed]


def test_policy_lint_tells_every_mistake_of_every_file(run: Run, folder: Path) -> None:
    write_policy(folder / "a.yaml", severity="hihg")
    write_policy(folder / "b.yaml", severity="lwo")
    done = run("policy", "lint", "a.yaml", "b.yaml")
    assert done.code == 2
    assert "unknown severity 'hihg'\n  --> a.yaml:12:15" in done.err
    assert "unknown severity 'lwo'\n  --> b.yaml:12:15" in done.err
    assert "= help: did you mean 'high'?" in done.err


def test_policy_lint_needs_a_policy(run: Run) -> None:
    done = run("policy", "lint")
    assert done.code == 2
    assert "no policy is given" in done.err


def test_the_policy_schema_is_a_schema(run: Run) -> None:
    schema = json.loads(run("policy", "schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "controls" in schema["properties"]


def test_app_lookup_finds_by_a_chinese_name(run: Run) -> None:
    found = json.loads(run("app", "lookup", "微信", "-f", "json").out)
    assert found[0]["app_id"] == "wechat"
    assert "android_package:com.tencent.mm" in found[0]["identifiers"]
    told = run("app", "lookup", "微信").out
    assert "wechat: WeChat" in told
    assert "com.tencent.mm" in told


def test_app_lookup_of_nothing_says_so(run: Run) -> None:
    done = run("app", "lookup", "qqqqqqqqzzzzzz")
    assert done.code == 0
    assert "nothing in the catalogue" in done.out


def test_app_lint_passes_the_shipped_rules_and_stops_at_errors(run: Run, folder: Path) -> None:
    assert run("app", "lint").code == 0
    (folder / "apps").mkdir()
    (folder / "apps/x.yaml").write_text("language: 1\napp: x\n")
    done = run("app", "lint", folder)
    assert done.code == 2
    assert "the key 'vendor' is missing" in done.err


def test_inspect_tells_what_a_report_is(run: Run, fleet: Fleet) -> None:
    done = run("inventory", "inspect", fleet.report)
    assert done.code == 0
    assert "  devices: 5\n" in done.out
    assert "  items: 5\n" in done.out
    assert "  records: 5 = 5 used + 0 rejected\n" in done.out
    assert "null in all devices: udid" in done.out
    assert "publisher" in done.out


def test_inspect_of_nothing_known_ends_with_2(run: Run, folder: Path) -> None:
    (folder / "letter.txt").write_text("Dear all,\n")
    done = run("inventory", "inspect", "letter.txt")
    assert done.code == 2
    assert "no known format" in done.out
    assert "looked for" in done.err


def test_inspect_lists_rejected_records_with_their_reason(run: Run, folder: Path) -> None:
    good, bad = json.dumps(device(1)), '{"items": []}'
    (folder / "mixed.ndjson").write_text(f"{good}\n{bad}\n")
    done = run("inventory", "inspect", "mixed.ndjson")
    assert "records: 2 = 1 used + 1 rejected" in done.out
    assert "rejected record 2: " in done.out


@pytest.mark.parametrize("words", [["policy", "list"], ["app", "lookup", "tencent"]])
def test_lists_fit_eighty_columns(run: Run, words: list[str]) -> None:
    table = run(*words).out.split("\n\n")[0]
    assert max(map(display_width, table.splitlines())) <= 80
