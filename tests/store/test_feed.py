"""The feed of events: none is lost and none comes twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toy import Toy
from toy_judge import Report, day

from policycheck.problems import PolicycheckError
from policycheck.store.feed import FedEvent, read_feed

pytestmark = pytest.mark.usefixtures("each_store")
SHOWN = Report(person="p@jd.com", name="Till")


def feed(toy: Toy, cursor: str = "") -> list[FedEvent]:
    with toy.store.reading() as connection:
        return list(read_feed(connection, cursor))


def test_all_of_it_in_order(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN)
    toy.audit(2, replace(SHOWN, at=2, items=()))
    opened, closed = feed(toy)
    assert (opened.at, opened.kind, opened.cause, opened.run) == (day(1), "opened", "report", 1)
    assert (closed.at, closed.kind, closed.detail, closed.run) == (day(2), "closed", "resolved", 2)
    about = ("memo", "no-wechat", "high", "wechat", "d1", "d1", "Till", "p@jd.com")
    assert opened[-8:] == closed[-8:] == about


def test_from_any_cursor_on_nothing_is_lost_and_nothing_repeated(tmp_path) -> None:
    toy = Toy(tmp_path)
    cursor, got = "", []
    for on in range(1, 6):
        toy.audit(on, replace(SHOWN, at=on, items=SHOWN.items * (on % 2)), Report(device=f"x{on}"))
        news = feed(toy, cursor)
        cursor = news[-1].cursor
        assert feed(toy, cursor) == []
        got += news
    assert got == feed(toy)
    assert len({event.cursor for event in got}) == len(got) == 10


def test_a_reader_sees_one_moment_and_goes_on_from_there(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN)
    (first,) = feed(toy)
    with toy.store.reading() as connection:
        reading = read_feed(connection)
        assert next(reading) == first
        assert list(reading) == []
    toy.audit(2, Report(device="d2"))
    assert [event.device_id for event in feed(toy, first.cursor)] == ["d2"]


@pytest.mark.parametrize("cursor", ["1", "1-000000000000", "99-abc", "x", "-1", "9" * 40])
def test_a_cursor_of_another_store_is_refused(cursor: str, tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, SHOWN)
    with pytest.raises(PolicycheckError, match="the store has no event"):
        feed(toy, cursor)
