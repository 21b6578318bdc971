"""What `init` writes can be used as it is, and what its comments teach is true."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import policycheck
from policycheck.catalogue.load import load as load_catalogue
from policycheck.config import Config, read_config
from policycheck.model import PERSON_COLUMNS
from policycheck.policy.load import load

ROOT = Path(__file__).parents[2]
TEMPLATES = Path(policycheck.__file__).parent / "templates"
POLICY = TEMPLATES / "workspace/policies/our-messenger.yaml"


def uncommented(text: str) -> str:
    """The example policy with its other kinds of control switched on."""
    taught = text.partition("The other kinds of control")[2]
    lines = [re.sub(r"^  # (- id|  )", r"  \1", line) for line in taught.splitlines()[1:]]
    return text.partition("  # The other kinds of control")[0] + "\n".join(lines)


def test_the_example_policy_is_a_draft_without_faults() -> None:
    (policy,) = load([POLICY])
    assert policy.status == "draft"
    assert [control.id for control in policy.controls] == ["approved-only"]


def test_the_controls_in_its_comments_are_right_too(tmp_path: Path) -> None:
    file = tmp_path / "taught.yaml"
    file.write_text(uncommented(POLICY.read_text(encoding="utf-8")), encoding="utf-8")
    (policy,) = load([file])
    ids = ["approved-only", "no-tiktok", "has-teams", "told-everybody"]
    assert [control.id for control in policy.controls] == ids


def test_its_apps_are_in_the_catalogue() -> None:
    apps = load_catalogue([ROOT / "rules"]).apps
    named = re.findall(r"\bapps?: \[?([a-z-]+)", POLICY.read_text(encoding="utf-8"))
    assert named
    assert set(named) <= set(apps)


def test_the_people_file_has_the_columns_of_a_person() -> None:
    text = (TEMPLATES / "workspace/people.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    assert set(header) <= set(PERSON_COLUMNS)
    assert {len(row) for row in rows} == {len(header)}


def test_the_settings_can_be_read_as_they_are() -> None:
    for kind in ("workspace", "demo"):
        assert read_config(TEMPLATES / kind / "policycheck.yaml").people == "people.csv"


def test_every_setting_is_taught_and_every_default_is_true(tmp_path: Path) -> None:
    text = (TEMPLATES / "workspace/policycheck.yaml").read_text(encoding="utf-8")
    file = tmp_path / "policycheck.yaml"
    file.write_text(re.sub(r"^# (?=[a-z_]+:|  )", "", text, flags=re.MULTILINE), encoding="utf-8")
    taught = read_config(file)
    assert taught.model_fields_set == set(Config.model_fields)
    plain = read_config(TEMPLATES / "workspace/policycheck.yaml")
    for default in ("fail_on", "max_rejected"):
        assert getattr(taught, default) == getattr(plain, default)


def test_the_demo_audits_by_shipped_policies() -> None:
    config = (TEMPLATES / "demo/policycheck.yaml").read_text(encoding="utf-8")
    names = re.findall(r"^  - ([a-z-]+)$", config, re.MULTILINE)
    assert names == ["jd-business-im", "jd-payment-channels"]
    assert all((ROOT / "policies" / f"{name}.yaml").is_file() for name in names)
