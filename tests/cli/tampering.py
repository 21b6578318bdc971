"""Ways to tamper with a store, and what has to be named of each. Seeded; no clock."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import zstandard
from sqlalchemy import text

from policycheck.store.chain import Kept, hash_event, seal_run
from policycheck.store.database import open_store
from policycheck.store.times import from_stored
from policycheck.store.tree import root_of


@dataclass(frozen=True)
class Place:
    """A store that may be tampered with."""

    url: str
    folder: Path
    """Where `policycheck.facts` is."""
    random: Random

    def rows(self, query: str, *values: object) -> list[tuple]:
        """Ask or tell the database, as somebody whom it does not hinder."""
        with open_store(self.url).writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                query = query.replace("?", "%s")
            done = connection.exec_driver_sql(query, values)
            return [tuple(row) for row in done] if done.returns_rows else []

    def pick(self, query: str) -> tuple:
        return self.random.choice(self.rows(query + " ORDER BY 1"))

    def segment(self) -> Path:
        return self.random.choice(sorted(self.folder.glob("policycheck.facts/??/*")))


_HEAD = "SELECT hash, id FROM run ORDER BY id DESC LIMIT 1"


def edit_event(place: Place) -> str:
    changes = {
        "at": "'2026-11-01 00:00:00.000000'", "kind": "'waived'", "cause": "'clock'",
        "detail": "coalesce(detail, '') || 'x'", "fingerprint": "fingerprint || 'x'",
        "run_id": "run_id + 1", "hash": "'0' || substr(hash, 2) || 'x'",
    }  # fmt: skip
    column = place.random.choice(sorted(changes))
    (number,) = place.pick("SELECT id FROM event")
    place.rows(f"UPDATE event SET {column} = {changes[column]} WHERE id = ?", number)
    return f"event {number} of run"


def delete_event(place: Place) -> str:
    number, run = place.pick("SELECT id, run_id FROM event")
    place.rows("DELETE FROM event WHERE id = ?", number)
    return f"run {run}: its events are not those that it wrote (missing: {number})"


def swap_events(place: Place) -> str:
    one, other = place.random.sample(place.rows("SELECT id FROM event ORDER BY id"), 2)
    for old, new in ((*one, -1), (*other, *one), (-1, *other)):
        place.rows("UPDATE event SET id = ? WHERE id = ?", new, old)
    return f"event {one[0]} of run"


def insert_event(place: Place) -> str:
    """A forger knows how events are hashed."""
    (run,) = place.pick("SELECT id FROM run")
    ((number,),) = place.rows("SELECT max(id) + 1 FROM event")
    ((at,),) = place.rows("SELECT as_of FROM run WHERE id = ?", run)
    rest = ("f" * 32, "closed", "report", "resolved")
    told = hash_event(number, run, from_stored(at), rest)
    place.rows(
        "INSERT INTO event(id, run_id, at, fingerprint, kind, cause, detail, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", number, run, at, *rest, told,
    )  # fmt: skip
    last = place.rows("SELECT max(id) FROM run") == [(run,)]
    return f"run {run}: its events" if last else f"event {number} stands among"


def edit_run(place: Place) -> str:
    changes = {
        "kind": "'retire'", "started_at": "'2020-01-01 00:00:00.000000'",
        "as_of": "'2020-01-01 00:00:00.000000'", "version": "version || 'x'",
        "catalogue_sha256": "'c'", "people_sha256": "'p'", "policies": "'[]'",
        "options": """'{"a": "b"}'""", "facts": "'f'", "previous": "'p'", "seal": "'{}'",
        "hash": "'h'",
    }  # fmt: skip
    column = place.random.choice(sorted(changes))
    (run,) = place.pick("SELECT id FROM run")
    place.rows(f"UPDATE run SET {column} = {changes[column]} WHERE id = ?", run)
    return f"run {run} was edited"


def delete_run(place: Place) -> str:
    ((last,),) = place.rows("SELECT max(id) FROM run")
    run = place.random.randrange(1, last)
    _forget_run(place, run)
    return f"run {run + 1} does not follow the run before it"


def cut_the_tail(place: Place) -> str:
    ((head, last),) = place.rows(_HEAD)
    _forget_run(place, last)
    return f"the head {head[:12]} is not in the chain"


def _forget_run(place: Place, run: int) -> None:
    for table in ("event", "report", "rejection", "tally", "personal"):
        place.rows(f"DELETE FROM {table} WHERE run_id = ?", run)
    place.rows("DELETE FROM content WHERE kind = 'openings'")
    place.rows("DELETE FROM run WHERE id = ?", run)


def rewrite_everything(place: Place) -> str:
    """Who writes the whole chain anew is told by a head that somebody knows."""
    ((head, _),) = place.rows(_HEAD)
    (number,) = place.pick("SELECT id FROM event")
    place.rows("UPDATE event SET detail = 'forged' WHERE id = ?", number)
    store = open_store(place.url)
    seals = dict(place.rows("SELECT id, CAST(seal AS TEXT) FROM run"))
    place.rows("UPDATE run SET hash = NULL")
    with store.writing() as connection:
        for run, old in sorted(seals.items()):
            hashed = []
            asked = text("SELECT id, at, fingerprint, kind, cause, detail FROM event")
            for each in connection.execute(
                text(f"{asked} WHERE run_id = :run ORDER BY id"), {"run": run}
            ).all():
                told = hash_event(each[0], run, from_stored(each[1]), each[2:])
                connection.execute(
                    text("UPDATE event SET hash = :h WHERE id = :i"), {"h": told, "i": each[0]}
                )
                hashed.append(told)
            seal = json.loads(old)
            event = seal["event"] | {"sha256": root_of(hashed)}
            seal_run(
                connection, run, {"event": event, "opening": seal["opening"]},
                [Kept(*each) for each in seal["contents"]],
            )  # fmt: skip
    return f"the head {head[:12]} is not in the chain"


def insert_run(place: Place) -> str:
    run = place.random.choice([0, -1, -2])
    place.rows(
        "INSERT INTO run(id, kind, started_at, as_of, version, catalogue_sha256, policies, options,"
        " seal, previous, hash) SELECT ?, kind, started_at, as_of, version, catalogue_sha256,"
        " policies, options, seal, previous, hash FROM run WHERE id = 1", run,
    )  # fmt: skip
    return f"run {run} was edited"


def swap_runs(place: Place) -> str:
    one, other = place.random.sample(place.rows("SELECT id FROM run ORDER BY id"), 2)
    for old, new in ((*one, -1), (*other, *one), (-1, *other)):
        place.rows("UPDATE run SET id = ? WHERE id = ?", new, old)
    return f"run {one[0]} was edited"


def edit_row_of_run(place: Place) -> str:
    table, change = place.random.choice(
        [
            ("report", "sha256 = 'x'"), ("report", "path = 'x'"), ("report", "rejected = 9"),
            ("tally", "violation = violation + 1"), ("tally", "unknown_reasons = '{\"x\": 1}'"),
            ("rejection", "reason = 'x'"),
        ]
    )  # fmt: skip
    (run,) = place.pick(f"SELECT DISTINCT run_id FROM {table}")
    place.rows(f"UPDATE {table} SET {change} WHERE run_id = ?", run)
    return f"run {run}: its "


def delete_row_of_run(place: Place) -> str:
    table = place.random.choice(["report", "tally", "rejection"])
    (run,) = place.pick(f"SELECT DISTINCT run_id FROM {table}")
    place.rows(f"DELETE FROM {table} WHERE run_id = ?", run)
    return f"run {run}: its "


def edit_content(place: Place) -> str:
    (sha256,) = place.pick("SELECT sha256 FROM content")
    forged = zstandard.compress(f"forged {place.random.random()}".encode())
    change, value = place.random.choice(
        [("packed", forged), ("packed", forged[:-3]), ("packed", b""), ("kind", "people")]
    )
    place.rows(f"UPDATE content SET {change} = ? WHERE sha256 = ?", value, sha256)
    return f"content {sha256[:12]} ("


def delete_content(place: Place) -> str:
    (sha256,) = place.pick("SELECT sha256 FROM content")
    place.rows("DELETE FROM content WHERE sha256 = ?", sha256)
    return f"is missing (content {sha256[:12]})"


def insert_content(place: Place) -> str:
    sha256 = f"{place.random.getrandbits(256):064x}"
    forged = zstandard.compress(b"forged")
    place.rows("INSERT INTO content(sha256, kind, packed) VALUES (?, 'policy', ?)", sha256, forged)
    return f"content {sha256[:12]} (policy) is of no run"


def swap_contents(place: Place) -> str:
    one, other = place.random.sample(place.rows("SELECT sha256, packed FROM content ORDER BY 1"), 2)
    place.rows("UPDATE content SET packed = ? WHERE sha256 = ?", other[1], one[0])
    place.rows("UPDATE content SET packed = ? WHERE sha256 = ?", one[1], other[0])
    return f"content {one[0][:12]} ("


def edit_personal(place: Place) -> str:
    import duckdb

    run, packed = place.pick("SELECT run_id, packed FROM personal")
    path = place.folder / "personal.parquet"
    path.write_bytes(packed)
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE told AS FROM '{path}'")
        names = [n for (n,) in con.execute("SELECT fingerprint FROM told ORDER BY 1").fetchall()]
        fingerprint = place.random.choice(names)
        con.execute(
            "UPDATE told SET personal = replace(personal, 'user', 'nobody')"
            " WHERE fingerprint = ?", [fingerprint],
        )  # fmt: skip
        con.execute(f"COPY told TO '{path}' (FORMAT parquet)")
    place.rows("UPDATE personal SET packed = ? WHERE run_id = ?", path.read_bytes(), run)
    return f"run {run}: who violation {fingerprint} was about was edited"


def edit_file(place: Place) -> str:
    segment = place.segment()
    path = place.random.choice(sorted(segment.iterdir()))
    content = bytearray(path.read_bytes())
    content[place.random.randrange(len(content))] ^= 1 << place.random.randrange(8)
    path.write_bytes(content)
    return f"facts {segment.name[:12]} of run"


def truncate_file(place: Place) -> str:
    segment = place.segment()
    path = place.random.choice(sorted(segment.iterdir()))
    path.write_bytes(path.read_bytes()[: place.random.randrange(path.stat().st_size)])
    return f"facts {segment.name[:12]} of run"


def delete_file(place: Place) -> str:
    segment = place.segment()
    place.random.choice(sorted(segment.iterdir())).unlink()
    return f"facts {segment.name[:12]} of run"


def insert_file(place: Place) -> str:
    segment = place.segment()
    (segment / "items-999.parquet").write_bytes(b"forged")
    return f"facts {segment.name[:12]} of run"


def delete_segment(place: Place) -> str:
    segment = place.segment()
    shutil.rmtree(segment)
    return f"facts {segment.name[:12]} of run"


def swap_segments(place: Place) -> str:
    one, other = place.random.sample(sorted(place.folder.glob("policycheck.facts/??/*")), 2)
    between = place.folder / "between"
    one.rename(between)
    other.rename(one)
    between.rename(other)
    return f"facts {one.name[:12]} of run"


TAMPERINGS: tuple[Callable[[Place], str], ...] = (
    edit_event, delete_event, swap_events, insert_event, edit_run, delete_run, cut_the_tail,
    rewrite_everything, insert_run, swap_runs, edit_row_of_run, delete_row_of_run, edit_content,
    delete_content, insert_content, swap_contents, edit_personal, edit_file, truncate_file,
    delete_file, insert_file, delete_segment, swap_segments,
)  # fmt: skip
