"""What a call goes by: flag, then environment, then policycheck.yaml, then the default."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_fleet import YIXIN, Fleet, Run, device, write_lines, write_policy

from policycheck.model import Severity
from policycheck.problems import PolicycheckError
from policycheck.workspace import Given, Settings, find_workspace, resolve
from policycheck.yamlfile import parse_share


def workspace(folder: Path, text: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policycheck.yaml").write_text(f"language: 1\n{text}", encoding="utf-8")
    return folder


def refused(folder: Path, given: Given | None = None) -> str:
    with pytest.raises(PolicycheckError) as caught:
        resolve(given or Given(), folder)
    return str(caught.value)


def test_a_workspace_is_found_from_below(folder: Path) -> None:
    workspace(folder / "w")
    (folder / "w/inbox/today").mkdir(parents=True)
    assert find_workspace(folder / "w/inbox/today") == folder / "w"
    assert find_workspace(folder) is None


def test_outside_of_any_nothing_is_recorded(folder: Path) -> None:
    settings = resolve(Given(), folder)
    assert (settings.workspace, settings.store, settings.facts) == (None, None, None)
    assert (settings.fail_on, settings.max_rejected) == (Severity.LOW, 0.01)


def test_defaults_of_a_workspace_lie_in_it(folder: Path) -> None:
    home = workspace(folder / "w")
    settings = resolve(Given(), home)
    assert settings.store == f"sqlite:///{home}/policycheck.db"
    assert settings.facts == home / "policycheck.facts"


def test_paths_in_the_file_count_from_the_file(folder: Path) -> None:
    home = workspace(
        folder / "w",
        "store: sqlite:///data/a.db\npeople: people.csv\npolicies: [./p.yaml, jd-business-im]\n",
    )
    (home / "inbox").mkdir()
    settings = resolve(Given(), home / "inbox")
    assert settings.store == f"sqlite:///{home}/data/a.db"
    assert settings.facts == home / "data/a.facts"
    assert settings.people == home / "people.csv"
    assert settings.named == (str(home / "p.yaml"), "jd-business-im")


def test_what_is_given_is_stronger_than_the_file(folder: Path) -> None:
    home = workspace(
        folder / "w",
        "store: sqlite:///a.db\nfacts: f\npeople: a.csv\nfail_on: high\nmax_rejected: 5%\n"
        "min_coverage: 90%\npolicies: [a]\n",
    )
    told = resolve(Given(), home)
    assert (told.fail_on, told.max_rejected, told.min_coverage) == (Severity.HIGH, 0.05, 0.9)
    given = Given(
        policies=("b",),
        people=Path("b.csv"),
        store="sqlite:///b.db",
        facts=Path("g"),
        fail_on=Severity.INFO,
        max_rejected=0.0,
        min_coverage=0.0,
    )
    settings = resolve(given, home / "sub" if (home / "sub").exists() else home)
    assert settings == Settings(
        workspace=home,
        store=f"sqlite:///{home}/b.db",
        facts=Path("g"),
        people=Path("b.csv"),
        assume={},
        fail_on=Severity.INFO,
        max_rejected=0.0,
        min_coverage=0.0,
        named=("b",),
    )


def test_postgres_needs_a_place_for_its_facts(folder: Path) -> None:
    assert "needs a folder for its facts" in refused(folder, Given(store="postgresql://x/y"))
    settings = resolve(Given(store="postgresql://x/y", facts=Path("f")), folder)
    assert settings.facts == Path("f")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stroe: x\n", "unknown key 'stroe'\n --> policycheck.yaml:2:1"),
        ("fail_on: hihg\n", "unknown fail_on 'hihg'\n --> policycheck.yaml:2:10"),
        ("max_rejected: 2\n", "'2' is not a share like 1% or 90%\n --> policycheck.yaml:2:15"),
        ("min_coverage: 101%\n", "'101%' is not a share"),
        (
            "assume: {person.typ: employee}\n",
            "'person.typ' cannot be assumed\n --> policycheck.yaml:2:10",
        ),
        ("assume: {device.platform: ios}\n", "'device.platform' cannot be assumed"),
        ("policies: []\n", "'policies' is empty"),
    ],
)
def test_mistakes_in_the_file_have_their_place(folder: Path, text: str, message: str) -> None:
    assert message in refused(workspace(folder / "w", text))


@pytest.mark.parametrize(
    ("text", "share"),
    [("1%", 0.01), ("0", 0.0), ("100%", 1.0), ("0.5 %", 0.005), ("12.25%", 0.1225)],
)
def test_shares(text: str, share: float) -> None:
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["1", "-1%", "101%", "%", "", "1,5%", "١%"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(ValueError, match="is not a share"):
        parse_share(text)


def test_a_flag_is_stronger_than_the_environment_and_that_than_the_file(
    run: Run, fleet: Fleet, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace(folder, "fail_on: critical\npeople: people.csv\npolicies: [./no-wechat.yaml]\n")
    words = ("audit", fleet.report, "--as-of", "2026-11-03", "--dry-run")
    assert run(*words).code == 0
    monkeypatch.setenv("POLICYCHECK_FAIL_ON", "high")
    assert run(*words).code == 1
    assert run(*words, "--fail-on", "critical").code == 0


def test_policies_can_come_from_the_environment(
    run: Run, fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLICYCHECK_POLICY", "no-wechat.yaml jd-business-im")
    done = run("audit", fleet.report, "--people", fleet.people, "--as-of", "2026-11-03")
    assert "no-wechat: No WeChat here" in done.out
    assert "jd-business-im: Only Yixin" in done.out


def test_a_workspace_audits_by_its_own_policies_without_drafts(
    run: Run, fleet: Fleet, folder: Path
) -> None:
    workspace(folder)
    draft = write_policy(folder / "policies/draft.yaml", "draft")
    draft.write_text(draft.read_text().replace("status: active", "status: draft"))
    words = ("audit", fleet.report, "--people", fleet.people, "--as-of", "2026-11-03", "--dry-run")
    done = run(*words)
    assert done.code == 2
    assert "the workspace has drafts of policies only" in done.err
    write_policy(folder / "policies/ours.yaml", "ours")
    done = run(*words)
    assert "\nours: " in done.out
    assert "\ndraft: " not in done.out
    assert "\ndraft: " in run(*words, "--drafts").out


def test_a_shipped_policy_is_shadowed_only_if_the_file_says_so(
    run: Run, fleet: Fleet, folder: Path
) -> None:
    workspace(folder)
    own = write_policy(folder / "policies/jd-business-im.yaml", "jd-business-im")
    words = ("audit", fleet.report, "--people", fleet.people, "--as-of", "2026-11-03", "--dry-run")
    done = run(*words)
    assert done.code == 2
    assert "takes the place of the shipped policy 'jd-business-im'" in done.err
    own.write_text(own.read_text() + "overrides: true\n")
    done = run(*words)
    assert done.code == 1
    assert done.err.startswith("warning: ")


def test_a_shipped_policy_is_itself_by_whatever_path(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = Path(__file__).parents[2] / "policies"
    monkeypatch.chdir(shipped.parent)
    done = run("policy", "lint", "policies/jd-business-im.yaml")
    assert (done.code, done.err) == (0, "")


def test_what_is_assumed_is_told_and_makes_a_difference(
    run: Run, fleet: Fleet, folder: Path
) -> None:
    workspace(folder, "assume: {person.type: employee}\npolicies: [./no-wechat.yaml]\n")
    write_lines(fleet.report, [device(1, YIXIN)])
    done = run("audit", fleet.report, "--as-of", "2026-11-03", "--dry-run")
    assert done.code == 0
    assert "assumed where nothing says it: person.type = employee" in done.out
    assert "1 in scope = 1 pass" in done.out
