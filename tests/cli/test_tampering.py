"""Two hundred ways to tamper with what is recorded: each is found, and named."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest
from small_fleet import WECHAT, YIXIN, Run, device, write_lines, write_people, write_policy
from tampering import TAMPERINGS, Place

from policycheck.cli.main import main
from policycheck.store.database import open_store
from policycheck.store.facts import Facts
from policycheck.store.verification import Inspection

TIMES = 190


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with four audits: violations open, close and come back; a row is rejected."""
    folder = tmp_path_factory.mktemp("recorded")
    users = {f"user{number}": "employee" for number in range(1, 9)}
    write_people(folder / "people.csv", **users)
    write_policy(folder / "no-wechat.yaml")
    (folder / "policycheck.yaml").write_text(
        "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for day in (3, 4, 5, 6):
            devices = [
                device(n, YIXIN if (n + day) % 3 == 0 else WECHAT,
                       reported_at=f"2026-11-0{day}T08:00:00Z")
                for n in range(1, 9)
            ]  # fmt: skip
            report = write_lines(folder / "phones.ndjson", [*devices, {"name": "no id"}])
            report.write_text(report.read_text() + '{"platform": 7}\n')
            assert main(["audit", "phones.ndjson", "--as-of", f"2026-11-0{day}", "-q"]) == 1
    return folder


def faults(folder: Path, head: str | None = None) -> list[str]:
    store = open_store(f"sqlite:///{folder / 'policycheck.db'}")
    with store.reading() as connection:
        inspection = Inspection(connection, Facts(folder / "policycheck.facts"))
        return list(inspection.faults(head))


def head_of(folder: Path) -> str:
    ((head, _),) = Place(folder, Random(0)).rows("SELECT hash, max(id) FROM run")
    return str(head)


def test_what_nobody_touched_is_sound(recorded: Path) -> None:
    place = Place(recorded, Random(0))
    assert faults(recorded, head_of(recorded)) == []
    ((earlier,),) = place.rows("SELECT hash FROM run WHERE id = 2")
    assert faults(recorded, earlier) == []
    assert faults(recorded, earlier[:12]) == []
    assert faults(recorded, "0" * 64) != []
    assert place.rows("SELECT count(*) > 10 FROM event") == [(1,)]
    assert place.rows("SELECT count(*) > 0 FROM rejection") == [(1,)]


@pytest.mark.parametrize("number", range(TIMES))
def test_tampering_is_found_and_named(number: int, recorded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tampered"
    shutil.copytree(recorded, folder)
    head = head_of(folder)
    tamper = TAMPERINGS[number % len(TAMPERINGS)]
    named = tamper(Place(folder, Random(number)))
    found = faults(folder, head)
    assert any(named in fault for fault in found), (tamper.__name__, named, found)


def test_the_program_says_whether_all_is_sound(
    recorded: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(recorded, folder)
    monkeypatch.chdir(folder)
    sound = run("store", "verify", "--head", head_of(folder)[:12])
    assert (sound.code, sound.err) == (0, "")
    assert sound.out.startswith("sound: 4 runs, ")
    assert sound.out.endswith(f"\nhead: {head_of(folder)}\n")
    Place(folder, Random(1)).rows("UPDATE event SET detail = 'x' WHERE id = 3")
    tampered = run("store", "verify")
    assert (tampered.code, tampered.out) == (1, "")
    assert tampered.err == "error: event 3 of run 1 was edited\n"
