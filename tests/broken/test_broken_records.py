"""Every mistake that a waiver or an attestation can hold, with its exact text.

One file for each, beside its golden text; `referred/` holds the policies that they are of. After
a change of wording run the test once with UPDATE_GOLDEN=1, and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from policycheck.attestations.load import load as load_attestations
from policycheck.policy.load import in_folder
from policycheck.policy.load import load as load_policies
from policycheck.problems import PolicycheckError
from policycheck.waivers.load import load as load_waivers

HERE = Path(__file__).parent
POLICIES = {policy.policy: policy for policy in load_policies(in_folder(HERE / "referred"))}
LOAD = {"waivers": load_waivers, "attestations": load_attestations}
FILES = [(kind, path.stem) for kind in LOAD for path in sorted((HERE / kind).glob("*.yaml"))]


@pytest.mark.parametrize(("kind", "name"), FILES)
def test_each_mistake_has_its_text(kind, name, monkeypatch):
    monkeypatch.chdir(HERE / kind)
    with pytest.raises(PolicycheckError) as caught:
        LOAD[kind]([Path(f"{name}.yaml")], POLICIES)
    golden = HERE / kind / f"{name}.txt"
    told = str(caught.value) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", LOAD)
def test_no_golden_text_is_left_over(kind):
    texts = {path.stem for path in (HERE / kind).glob("*.txt")}
    assert texts == {path.stem for path in (HERE / kind).glob("*.yaml")}


def test_two_files_with_one_id_are_told_with_both_places(tmp_path):
    text = (HERE / "waivers" / "approved-by-herself.yaml").read_text(encoding="utf-8")
    right = text.replace("approved_by: li.na@example.com", "approved_by: Wang Fang")
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(right, encoding="utf-8")
    with pytest.raises(PolicycheckError) as caught:
        load_waivers([tmp_path / "one.yaml", tmp_path / "two.yaml"], POLICIES)
    (problem,) = caught.value.problems
    assert problem.message == "waiver 'a' is there already"
    assert problem.hint == f"it is in {(tmp_path / 'one.yaml').as_posix()}"
    assert problem.place is not None
    assert problem.place.path == (tmp_path / "two.yaml").as_posix()
