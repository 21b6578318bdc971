"""Which words stand for a person, and which may stand for somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import insert
from toy import Toy
from toy_judge import Report, day

from policycheck.problems import PolicycheckError
from policycheck.store.forgetting import Forgotten, find_words, forget
from policycheck.store.outbox import Message, mark_sent, put, read_waiting
from policycheck.store.stock import Current, Use
from policycheck.store.tables import PersonalRow

pytestmark = pytest.mark.usefixtures("each_store")
Pair = tuple[str | None, str | None]


def personal(folder: Path, pairs: Sequence[Pair]) -> bytes:
    """Make a run's table of what is personal, of openings that tell of an id and a user."""
    rows = [
        (f"f{n}", "salt", f'{{"person_id": "{person or ""}", "device_user_id": "{user or ""}"}}')
        for n, (person, user) in enumerate(pairs)
    ]
    path = str(folder / "personal.parquet")
    with duckdb.connect() as con:
        con.execute("CREATE TABLE p(fingerprint VARCHAR, salt VARCHAR, personal VARCHAR)")
        con.executemany("INSERT INTO p VALUES (?, ?, ?)", rows)
        con.execute("COPY p TO $path", {"path": path})
    return Path(path).read_bytes()


def make(folder: Path, *runs: Sequence[Pair], **devices: str | None) -> Toy:
    """Make a store of devices with whom they are of, and of runs that opened something."""
    toy = Toy(folder)
    toy.audit(1, *(Report(device=name, person=person) for name, person in devices.items()))
    for on, pairs in enumerate(runs, 2):
        run_id = toy.audit(on, Report(device=f"other-{on}", at=on, items=(), person=None))
        with toy.store.writing() as connection:
            row = {"run_id": run_id, "packed": personal(folder, pairs)}
            connection.execute(insert(PersonalRow), row)
    return toy


def called(toy: Toy, word: str, **users: str) -> tuple[list[str], list[str]]:
    """Return the words for somebody, and the doubtful ones; users: device -> user in its facts."""
    keys = dict(toy.rows("SELECT device_id, device_key FROM device"))
    uses = [Use("s", user, Current(keys[name[:2]], name, "s", 1)) for name, user in users.items()]
    with toy.store.reading() as connection:
        found = find_words(connection, word, uses)
    return sorted(found.words), list(found.doubtful)


@pytest.mark.parametrize("word", ["P1", " Li@X ", "p1"])
def test_an_id_and_its_user_name_are_one_from_either_side(word: str, tmp_path) -> None:
    toy = make(tmp_path, [("P1", "li@x"), ("P2", "wu@x")])
    assert called(toy, word) == (["li@x", "p1"], [])


def test_whatever_the_order_of_the_runs_all_user_names_of_an_id_are_found(tmp_path) -> None:
    toy = make(tmp_path, [("p1", "old@x")], [("P1", "new@x")], d1="p1")
    assert called(toy, "p1", d1="agent-name") == (["agent-name", "new@x", "old@x", "p1"], [])


def test_a_user_name_of_several_does_not_lead_to_the_others(tmp_path) -> None:
    toy = make(tmp_path, [("p1", "old@x"), ("p1", "new@x")])
    assert called(toy, "old@x") == (["old@x"], ["p1"])


def test_a_name_that_two_have_is_forgotten_with_neither(tmp_path) -> None:
    toy = make(tmp_path, [("p1", "desk@x"), ("p2", "desk@x"), ("p1", "li@x")])
    assert called(toy, "p1") == (["li@x", "p1"], ["desk@x"])
    assert called(toy, "desk@x") == (["desk@x"], ["p1", "p2"])


def test_of_a_shared_device_the_other_user_is_left_alone(tmp_path) -> None:
    toy = make(tmp_path, d1="li@x", d2="wu@x")
    shared = {"d1": "li@x", "d1agent": "wu@x", "d2": "wu@x"}
    assert called(toy, "li@x", **shared) == (["li@x"], ["wu@x"])
    assert called(toy, "wu@x", **shared) == (["wu@x"], ["li@x"])


def test_who_holds_a_device_now_is_no_name_of_whom_it_was_found_with(tmp_path) -> None:
    toy = make(tmp_path, d1="li@x")
    toy.audit(2, Report(device="d1", at=2, person="wu@x"))
    assert toy.rows("SELECT person_id, holder FROM violation") == [("li@x", "wu@x")]
    assert called(toy, "li@x", d1="wu@x") == (["li@x"], [])


def test_nobody_is_called_nothing(tmp_path) -> None:
    toy = make(tmp_path, d1="li@x", d2=None)
    with pytest.raises(PolicycheckError, match="nobody is called nothing"):
        called(toy, " ")


def test_who_is_forgotten_is_counted_once_a_row_and_others_stay(tmp_path) -> None:
    toy = make(tmp_path, [("P1", "Li@X"), ("p2", "wu@x")], [("p2", "wu@x")], d1="Li@X", d2="wu@x")
    before = toy.rows("SELECT packed FROM personal WHERE run_id = 3")
    with toy.store.writing() as connection:
        assert forget(connection, frozenset({"li@x", "p1"})) == Forgotten(2, 0)
    people = toy.rows("SELECT device_id, person_id FROM device WHERE device_id LIKE 'd_'")
    assert sorted(people) == [("d1", None), ("d2", "wu@x")]
    assert sorted(toy.rows("SELECT coalesce(person_id, '-'), holder FROM violation")) == [
        ("-", None), ("wu@x", "wu@x"),
    ]  # fmt: skip
    assert toy.rows("SELECT packed FROM personal WHERE run_id = 3") == before
    assert called(toy, "p1") == (["p1"], [])


LONG = f"{'x' * 65}@x"
MESSAGES = {
    "cut": f"- high · WeChat · PHONE · {LONG[:60]}… · memo/no",
    "person": "- high · WeChat · PHONE · li.na@x.example · memo/no",
    "json": '{"person_id":"li.na@x.example","kind":"opened"}',
    "phone": "- high · WeChat · Li's own Phone · memo/no",
    "longer": "- high · WeChat · PHONE · xli.na@x.example · memo/no",
    "shared-name": "- high · WeChat · iPhone · memo/no",
    "chinese": "李娜的设备 1 台",
}


def test_messages_that_name_who_is_forgotten_are_lost(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(
        1,
        Report(device="d1", person="Li.Na@x.example", name="Li's own phone"),
        Report(device="d2", person="Li.Na@x.example", name="iPhone"),
        Report(device="d3", person="wu@x", name="iPhone"),
    )
    with toy.store.writing() as connection:
        put(connection, [Message(k, "room", "", 1, "t", b) for k, b in MESSAGES.items()], day(1))
        to_them = [Message(k, "mail", "LI.NA@x.example", 2, "t", "b") for k in ("to", "sent")]
        put(connection, to_them, day(1))
        mark_sent(connection, "sent", day(1))
        words = frozenset({"li.na@x.example", "李娜", LONG})
        assert forget(connection, words).messages == 6
        assert sum(each.messages for each in read_waiting(connection)) == 2
    left = [key for (key,) in toy.rows("SELECT key FROM message ORDER BY key")]
    assert left == ["longer", "sent", "shared-name"]
