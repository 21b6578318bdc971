"""What changed: violations opened and closed of late, and how many were open over time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from policycheck.report.html.chart import trend
from policycheck.report.html.markup import Markup, element, table
from policycheck.report.phrases import Phrases
from policycheck.report.trend import DAY, Day, count_changes, days_of, last_of

if TYPE_CHECKING:
    from policycheck.store.history import Happening

WINDOWS = (7, 30)
"""Days back from the moment that is asked about."""
_MOSTDAYS = 60


def history(happenings: Sequence[Happening], as_of: datetime, say: Phrases) -> Iterator[Markup]:
    """Lay out the changes and the trend; without a past, say so."""
    if not happenings:
        yield element("p", say("no_history"), class_="note")
        return
    yield element("div", _changes(happenings, as_of, say), class_="half")
    yield element("div", _trend(days_of(happenings), as_of, say), class_="half")


def _changes(happenings: Sequence[Happening], as_of: datetime, say: Phrases) -> Markup:
    """Count the changes of the last recorded run, and of some days back."""
    last = last_of(happenings)
    windows: list[tuple[str, Callable[[Happening], bool]]] = [
        (say("last_audit", day=last.at.strftime(DAY)), lambda line: line.run_id == last.run_id),
        *((say("last_days", days=days), _within(as_of - timedelta(days=days))) for days in WINDOWS),
    ]
    counts = [count_changes(filter(inside, happenings)) for _, inside in windows]
    keys = count_changes(happenings)
    rows = [[say(key), *(f"{count.get(key, 0):,}" for count in counts)] for key in keys]
    return table((say("change"), *(head for head, _ in windows)), rows, say("changes"))


def _within(start: datetime) -> Callable[[Happening], bool]:
    return lambda line: line.at > start


def _trend(days: Sequence[Day], as_of: datetime, say: Phrases) -> Markup:
    first, last = days[0], days[-1]
    end = max(as_of.strftime(DAY), last.day)
    heading = element("h3", say("trend", first=first.day, last=end))
    if len(days) == 1:
        return element("div", heading, element("p", say("trend_one"), class_="note"))
    most = max(day.open for day in days)
    words = say(
        "trend_text", start=f"{first.open:,}", end=f"{last.open:,}", most=f"{most:,}",
        first=first.day, last=end,
    )  # fmt: skip
    places = _places([day.day for day in days], end)
    chart = element(
        "div",
        element("span", f"{most:,}", class_="most", aria_hidden="true"),
        trend(list(zip(places, [day.open for day in days], strict=True)), words),
        element("span", first.day, class_="from", aria_hidden="true"),
        element("span", end, class_="to", aria_hidden="true"),
        class_="plot",
    )
    return element("div", heading, chart, element("p", words, class_="small"), _rows(days, say))


def _places(days: Sequence[str], end: str) -> list[float]:
    """Return where days begin between the first one's beginning (0) and the end's end (1)."""
    start = date.fromisoformat(days[0])
    whole = (date.fromisoformat(end) - start).days + 1
    return [(date.fromisoformat(day) - start).days / whole for day in days]


def _rows(days: Sequence[Day], say: Phrases) -> Markup:
    rows = [
        [day.day, f"{day.opened:,}", f"{day.closed:,}", f"{day.open:,}"]
        for day in reversed(days[-_MOSTDAYS:])
    ]
    heads = (say("day"), say("opened"), say("closed"), say("open"))
    caption = say("trend_rows")
    return element("details", element("summary", caption), table(heads, rows, caption))
