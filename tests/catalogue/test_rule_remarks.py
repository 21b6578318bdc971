"""Every remark that `app lint` makes on rules which are not wrong, with its exact text.

One folder of rules for each, linted on top of `../rules/shipped`, beside its golden text. After a
change of wording run the test once with UPDATE_GOLDEN=1, and read the difference.
"""

import os
from pathlib import Path

import pytest

from policycheck.catalogue.lint import lint
from policycheck.catalogue.load import load
from policycheck.catalogue.shapes import SHAPES
from policycheck.model import IDENTIFIER_TYPES
from policycheck.problems import render

FOLDER = Path(__file__).parents[1] / "broken" / "rule-remarks"
BASE = Path("../rules/shipped")
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


@pytest.mark.parametrize("name", CASES)
def test_each_remark_has_its_text(name, monkeypatch):
    monkeypatch.chdir(FOLDER)
    load([BASE, Path(name)])
    remarks = [p for p in lint([BASE, Path(name)]) if p.place.path.startswith(name)]
    assert {problem.severity for problem in remarks} == {"warning"}
    golden = FOLDER / f"{name}.txt"
    told = "\n\n".join(map(render, remarks)) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_no_golden_text_is_left_over():
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == CASES


def test_apps_that_no_platform_has_in_common_may_share_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(FOLDER)
    (tmp_path / "apps").mkdir()
    rule = "language: 1\napp: {0}\nnames: [{1}]\ncategory: im\nvendor: tencent\nidentifiers:\n{2}"
    bundle = "  - {type: ios_bundle, value: com.example.x, source: a public list}\n"
    (tmp_path / "apps/x.yaml").write_text(rule.format("x", "WeChat", bundle), "utf-8")
    assert [p for p in lint([BASE, tmp_path]) if "recognises" in p.message] == []


def test_every_type_of_identifier_has_a_shape():
    assert set(SHAPES) == set(IDENTIFIER_TYPES)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("android_package", "com.Slack"),
        ("android_package", "org.chromium.webapk.a1b2c3_v2"),
        ("ios_bundle", "imoimiphone"),
        ("ios_bundle", "Cisco-Systems.Spark"),
        ("macos_bundle", "com.google.Chrome.app.hnpfjngllnobngcgfapefoaidbinmjnm"),
        ("winget_id", "Tencent.WeChat.Universal"),
        ("win_upgrade_code", "{2520d616-7877-3480-b075-42c8d1cf1334}"),
        ("msix_pfn", "MSTeams_8wekyb3d8bbwe"),
        ("homebrew", "homebrew/cask/wechat"),
        ("firefox_addon_id", "{446900e4-71c2-419f-a6a7-df9c091e268b}"),
        ("firefox_addon_id", "@chat"),
        ("rpm_package", "google-chrome-stable"),
        ("snap_name", "signal-desktop"),
    ],
)
def test_what_systems_really_write_fits_its_type(type_, value):
    assert SHAPES[type_].fits(value)
