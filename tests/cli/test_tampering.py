"""Two hundred ways to tamper with what is recorded: each is found, and named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from small_fleet import WECHAT, YIXIN, Run, device, write_lines, write_people, write_policy
from tampering import TAMPERINGS, Place

from policycheck.cli.main import main
from policycheck.store.database import open_store
from policycheck.store.facts import Facts
from policycheck.store.verification import Inspection
from postgres_server import Server, running_server

TIMES = 190


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with four audits."""
    folder = tmp_path_factory.mktemp("recorded")
    record(folder)
    return folder


@pytest.fixture(scope="module")
def served() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture(scope="module")
def recorded_by_server(
    served: Server, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """The same audits in a database, and the folder with its facts."""
    database, folder = served.new_database(), tmp_path_factory.mktemp("recorded")
    record(folder, "--store", served.url(database), "--facts", "policycheck.facts")
    return database, folder


def record(folder: Path, *words: str) -> None:
    """Audit four times: violations open, close and come back; a row is rejected."""
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
            assert main(["audit", "phones.ndjson", "--as-of", f"2026-11-0{day}", "-q", *words]) == 1


def place_in(folder: Path, seed: int = 0) -> Place:
    return Place(f"sqlite:///{folder / 'policycheck.db'}", folder, Random(seed))


def faults(place: Place, head: str | None = None) -> list[str]:
    with open_store(place.url).reading() as connection:
        inspection = Inspection(connection, Facts(place.folder / "policycheck.facts"))
        return list(inspection.faults(head))


def head_of(place: Place) -> str:
    ((head,),) = place.rows("SELECT hash FROM run ORDER BY id DESC LIMIT 1")
    return str(head)


def tamper_and_look(place: Place, number: int) -> None:
    """Tamper in one of the ways; it has to be found, and named."""
    head = head_of(place)
    tamper = TAMPERINGS[number % len(TAMPERINGS)]
    named = tamper(place)
    found = faults(place, head)
    assert any(named in fault for fault in found), (tamper.__name__, named, found)


def test_what_nobody_touched_is_sound(recorded: Path) -> None:
    place = place_in(recorded)
    assert faults(place, head_of(place)) == []
    ((earlier,),) = place.rows("SELECT hash FROM run WHERE id = 2")
    assert faults(place, earlier) == []
    assert faults(place, earlier[:12]) == []
    assert faults(place, "0" * 64) != []
    assert place.rows("SELECT count(*) > 10 FROM event") == [(1,)]
    assert place.rows("SELECT count(*) > 0 FROM rejection") == [(1,)]


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(TIMES))
def test_tampering_is_found_and_named(number: int, recorded: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tampered"
    shutil.copytree(recorded, folder)
    tamper_and_look(place_in(folder, number), number)


@pytest.mark.postgres
@pytest.mark.parametrize("number", range(2 * len(TAMPERINGS)))
def test_tampering_in_postgresql_is_found_and_named(
    number: int, served: Server, recorded_by_server: tuple[str, Path], tmp_path: Path
) -> None:
    database, facts = recorded_by_server
    folder = tmp_path / "tampered"
    shutil.copytree(facts, folder)
    url = served.url(served.new_database(database))
    assert faults(Place(url, folder, Random(0))) == []
    tamper_and_look(Place(url, folder, Random(number)), number)


def test_the_program_says_whether_all_is_sound(
    recorded: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(recorded, folder)
    monkeypatch.chdir(folder)
    sound = run("store", "verify", "--head", head_of(place_in(folder))[:12])
    assert (sound.code, sound.err) == (0, "")
    assert sound.out.startswith("sound: 4 runs, ")
    assert sound.out.endswith(f"\nhead: {head_of(place_in(folder))}\n")
    place_in(folder, 1).rows("UPDATE event SET detail = 'x' WHERE id = 3")
    tampered = run("store", "verify")
    assert (tampered.code, tampered.out) == (1, "")
    assert tampered.err == "error: event 3 of run 1 was edited\n"
