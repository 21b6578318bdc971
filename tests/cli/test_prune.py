"""`store prune`: what is kept how long, who is forgotten, and that all of it still verifies."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from small_fleet import WECHAT, YIXIN, Fleet, Run, device, write_lines, write_people

from policycheck.cli.exits import Exit
from policycheck.store.archive import Archive
from policycheck.store.database import open_store
from policycheck.store.facts import Facts
from policycheck.store.opened import read_personal
from policycheck.store.upkeep import Pruned, Pruning, prune
from policycheck.store.violations import Filter, list_violations

CONFIG = "language: 1\npeople: people.csv\npolicies: [./no-wechat.yaml]\n"
EVERYTHING = "keep: {facts: 0d, rejections: 0d, closed: 0d}\n"


@pytest.fixture
def stored(run: Run, fleet: Fleet, folder: Path) -> Path:
    """Three audits: two violations are opened, one of them is closed; each has a segment."""
    (folder / "policycheck.yaml").write_text(CONFIG)
    write_people(fleet.people, user1="employee", user3="employee")
    for number in (1, 3):
        write_lines(folder / f"{number}.ndjson", [device(number, WECHAT), {"platform": 7}])
        audit(run, f"{number}.ndjson", "--as-of", "2026-11-03")
    better = device(3, YIXIN, reported_at="2026-11-03T09:00:00Z")
    write_lines(folder / "better.ndjson", [better])
    audit(run, "better.ndjson", "--as-of", "2026-11-04")
    return folder / "policycheck.facts"


def audit(run: Run, *words: str) -> None:
    assert run("audit", *words, "-q").code in (Exit.CLEAN, Exit.VIOLATIONS, Exit.INCOMPLETE)


def rows(query: str) -> list[tuple]:
    with closing(sqlite3.connect("policycheck.db")) as connection:
        return connection.execute(query).fetchall()


def violations(run: Run) -> list[dict[str, object]]:
    return json.loads(run("violation", "list", "--status", "all", "-f", "json").out)


def test_small_segments_become_one_that_says_the_same(run: Run, stored: Path) -> None:
    before = run("audit", "--all", "--as-of", "2026-11-05", "--dry-run", "-f", "json").out
    assert len(list(stored.glob("??/*"))) == 3
    assert run("store", "prune", "--older-than", "0").code == Exit.CLEAN
    (segment,) = stored.glob("??/*")
    assert rows("SELECT DISTINCT segment FROM device_source") == [(segment.name,)]
    assert run("store", "verify").code == Exit.CLEAN
    told = run("audit", "--all", "--as-of", "2026-11-05", "--dry-run", "-f", "json").out
    assert judged(told) == judged(before)
    audit(run, "--all", "--as-of", "2026-11-05")
    newer = device(1, YIXIN, reported_at="2026-11-05T09:00:00Z")
    write_lines(Path("newer.ndjson"), [newer])
    audit(run, "newer.ndjson", "--as-of", "2026-11-06")
    assert [each["status"] for each in violations(run)] == ["closed", "closed"]
    assert run("store", "verify").code == Exit.CLEAN


class Watched(Facts):
    """Facts of which something is done just before they are put together."""

    deed: Callable[[], object]

    def check(self, digests: Iterable[str]) -> None:
        self.deed()
        super().check(digests)


def prune_while(folder: Path, deed: Callable[[], object]) -> Pruned:
    """Prune a store; others do something between the look at its facts and their reading."""
    facts = Watched(folder / "policycheck.facts")
    object.__setattr__(facts, "deed", deed)
    archive = Archive(open_store("sqlite:///policycheck.db"), facts)
    return prune(archive, Pruning(datetime.now(UTC)), datetime.now(UTC), "0.1.0")


def test_what_is_reported_while_segments_are_put_together_counts(
    run: Run, stored: Path, folder: Path
) -> None:
    newer = device(1, YIXIN, reported_at="2026-11-05T09:00:00Z")
    write_lines(folder / "newer.ndjson", [newer])
    prune_while(folder, lambda: audit(run, "newer.ndjson", "--as-of", "2026-11-06"))
    ((segment,), (together,)) = rows(
        "SELECT s.segment FROM device_source AS s JOIN device AS d USING (device_key)"
        " ORDER BY d.device_id"
    )
    assert (segment, (stored / together[:2] / together).is_dir()) == (None, True)
    assert run("store", "verify").code == Exit.CLEAN
    told = run("audit", "--all", "--as-of", "2026-11-06", "--dry-run", "-f", "json").out
    assert json.loads(told)["findings"] == []


def test_two_that_prune_at_once_do_not_stop_each_other(
    run: Run, stored: Path, folder: Path
) -> None:
    prune_while(folder, lambda: run("store", "prune", "--older-than", "0"))
    assert len(list(stored.glob("??/*"))) == 1
    assert list(stored.glob("incoming-*")) == []
    assert run("store", "verify").code == Exit.CLEAN


def judged(text: str) -> dict[str, object]:
    told = json.loads(text)
    return {name: told[name] for name in ("controls", "findings") if name in told} or told


def test_what_is_kept_is_asked_of_the_config(run: Run, stored: Path, folder: Path) -> None:
    assert rows("SELECT count(*) > 0 FROM rejection") == [(1,)]
    run("store", "prune", "--older-than", "0")
    assert rows("SELECT count(*) > 0 FROM rejection") == [(1,)]
    assert len(violations(run)) == 2
    (folder / "policycheck.yaml").write_text(CONFIG + EVERYTHING)
    done = run("store", "prune")
    assert "removed 1 closed violations" in done.out
    assert rows("SELECT count(*) FROM rejection") == [(0,)]
    assert [each["status"] for each in violations(run)] == ["open"]
    sound = run("store", "verify")
    assert (sound.code, sound.err) == (Exit.CLEAN, "")
    assert rows("SELECT kind, count(*) FROM event GROUP BY 1 ORDER BY 1") == [
        ("closed", 1), ("opened", 2),
    ]  # fmt: skip
    assert "runs: 5 (3 audits, 2 prunes)" in run("store", "info").out


def test_of_a_shared_device_one_user_is_forgotten_and_the_other_told(
    run: Run, stored: Path, folder: Path
) -> None:
    shared = device(1, WECHAT, source="agent", user_id="user3@example.com")
    write_lines(folder / "agent.ndjson", [shared])
    audit(run, "agent.ndjson", "--as-of", "2026-11-05")
    done = run("store", "prune", "--forget", "user3@example.com")
    assert "not forgotten: user3, which may be somebody else; else forget it, too" in done.out
    done = run("store", "prune", "--forget", "user3")
    assert "not forgotten: user1@example.com, which may be" in done.out
    assert not any(b"user3" in content for content in everything(folder))
    assert any(b"user1" in content for content in everything(folder))


def test_what_has_the_old_name_of_a_pruned_violation_keeps_its_evidence(
    run: Run, fleet: Fleet, folder: Path
) -> None:
    policy = fleet.policy.read_text()
    renamed = policy.replace("id: no-wechat", "id: no-chat\n    formerly: [no-wechat]")
    days = [
        (policy, WECHAT), (renamed, WECHAT), (renamed, YIXIN), (policy, WECHAT), (policy, YIXIN),
    ]  # fmt: skip
    for on, (text, app) in enumerate(days, 3):
        fleet.policy.write_text(text)
        reported = f"2026-11-{on:02}T09:00:00Z"
        write_lines(folder / "now.ndjson", [device(1, app, reported_at=reported)])
        words = ("-p", "no-wechat.yaml", "--people", "people.csv", "--store", "sqlite:///a.db")
        audit(run, "now.ndjson", *words, "--as-of", f"2026-11-{on:02}")
    archive = Archive(open_store("sqlite:///a.db"), Facts(folder / "a.facts"))
    before = datetime(2026, 11, 6, tzinfo=UTC)
    assert prune(archive, Pruning(before, closed=before), datetime.now(UTC), "0.1.0").closed == 1
    with archive.store.reading() as connection:
        (left,) = list_violations(connection, Filter(status=None))
        packed = connection.exec_driver_sql("SELECT packed FROM personal ORDER BY run_id DESC")
        assert read_personal(packed.scalars().first(), left.fingerprint) is not None


def test_what_was_not_pruned_but_is_missing_is_named(run: Run, stored: Path, folder: Path) -> None:
    (folder / "policycheck.yaml").write_text(CONFIG + EVERYTHING)
    run("store", "prune")
    write_lines(folder / "bad.ndjson", [device(4, WECHAT), {"platform": 7}])
    audit(run, "bad.ndjson", "--as-of", "2026-11-07")
    assert run("store", "verify").code == Exit.CLEAN
    with closing(sqlite3.connect("policycheck.db")) as connection, connection:
        connection.execute("DELETE FROM rejection")
        connection.execute("DELETE FROM content WHERE kind = 'openings'")
    found = run("store", "verify")
    assert found.code == Exit.VIOLATIONS
    assert "its rejected rows (table rejection) are not those that it wrote" in found.err
    assert found.err.count("the openings ") == 1


def everything(folder: Path) -> Iterator[bytes]:
    """Yield all that lies in the store, the values of its Parquet files unpacked."""
    for path in [*folder.glob("policycheck.db*"), *folder.glob("policycheck.facts/??/*/*")]:
        yield path.read_bytes()
    tables = [str(path) for path in folder.glob("policycheck.facts/??/*/*.parquet")]
    for number, (packed,) in enumerate(rows("SELECT packed FROM personal")):
        (folder / f"personal-{number}.parquet").write_bytes(packed)
        tables.append(str(folder / f"personal-{number}.parquet"))
    with duckdb.connect() as con:
        for table in tables:
            yield repr(con.execute("SELECT * FROM read_parquet($1)", [table]).fetchall()).encode()
    for path in folder.glob("personal-*.parquet"):
        path.unlink()


@pytest.mark.parametrize("words", [(), ("--forget", "user1")])
def test_facts_that_are_missing_stop_it_before_anything_is_removed(
    words: tuple[str, ...], run: Run, stored: Path, folder: Path
) -> None:
    (folder / "policycheck.yaml").write_text(CONFIG + EVERYTHING)
    gone, *_ = stored.glob("??/*")
    shutil.rmtree(gone)
    before = violations(run)
    done = run("store", "prune", *words)
    assert done.code == Exit.COULD_NOT_AUDIT
    assert f"error: facts {gone.name[:12]}: missing in " in done.err
    assert violations(run) == before


@pytest.mark.parametrize("word", ["user1", "USER1@example.com"])
def test_who_is_forgotten_is_nowhere_in_the_store(
    word: str, run: Run, stored: Path, folder: Path
) -> None:
    assert any(b"user1" in content for content in everything(folder))
    before = violations(run)
    assert run("store", "prune", "--forget", word).code == Exit.CLEAN
    assert not any(b"user1" in content for content in everything(folder))
    assert any(b"user3" in content for content in everything(folder))
    after = violations(run)
    assert {each["person_id"] for each in after} == {None, "user3"}
    assert [each["fingerprint"] for each in after] == [each["fingerprint"] for each in before]
    sound = run("store", "verify")
    assert (sound.code, sound.err) == (Exit.CLEAN, "")
    fingerprint = next(str(e["fingerprint"]) for e in after if e["person_id"] is None)
    assert run("evidence", "export", fingerprint, "pack.zip").code == Exit.CLEAN
    assert b"user1" not in Path("pack.zip").read_bytes()
    assert run("evidence", "verify", "pack.zip").code == Exit.CLEAN
