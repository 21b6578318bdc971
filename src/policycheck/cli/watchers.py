"""`policycheck watch --status`: what the watchers of an inbox last said of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.cli.clock import now
from policycheck.cli.exits import Exit
from policycheck.cli.output import print_problems, say
from policycheck.problems import PolicycheckError
from policycheck.text import visible

if TYPE_CHECKING:
    from policycheck.store.watchers import Heartbeat
    from policycheck.workspace import Settings

LATE_SECONDS = 90.0
"""A watcher beats every 30 seconds, but for the time that a batch takes."""


def tell_status(settings: Settings, inbox: Path) -> Exit:
    """Print one paragraph for each watcher. Returns CLEAN where all work, COULD_NOT_AUDIT else.

    Where the store knows none, or cannot be asked, the files tell that running watchers keep in
    the inbox.
    """
    try:
        beats = _read_rows(settings, inbox)
    except PolicycheckError as error:
        print_problems(error.problems)
        beats = []
    beats = beats or _read_files(inbox)
    if not beats:
        say(f"no watcher of {visible(str(inbox))} is known")
        return Exit.COULD_NOT_AUDIT
    moment = now()
    say("\n".join(line for beat in beats for line in _lines(beat, moment)))
    works = all(_state(beat, moment) == "running" for beat in beats)
    return Exit.CLEAN if works else Exit.COULD_NOT_AUDIT


def _read_rows(settings: Settings, inbox: Path) -> list[Heartbeat]:
    from policycheck.cli.request import stored_judgements
    from policycheck.store.watchers import read_heartbeats

    with stored_judgements(settings).reading() as connection:
        return list(read_heartbeats(connection, str(inbox)))


def _read_files(inbox: Path) -> list[Heartbeat]:
    from policycheck.store.watchers import from_json
    from policycheck.watch.inbox import PROCESSING
    from policycheck.watch.pulse import HEARTBEAT

    files: Sequence[Path] = sorted((inbox / PROCESSING).glob(f"*/{HEARTBEAT}"))
    return [from_json(file.read_text(encoding="utf-8")) for file in files]


def _state(beat: Heartbeat, moment: datetime) -> str:
    from policycheck.store.watchers import STOPPED

    if beat.state == STOPPED:
        return STOPPED
    if (moment - beat.beat_at).total_seconds() > LATE_SECONDS:
        return "late"
    return "in trouble" if beat.trouble else "running"


def _lines(beat: Heartbeat, moment: datetime) -> Iterator[str]:
    seconds = max(0, int((moment - beat.beat_at).total_seconds()))
    state = _state(beat, moment)
    yield f"{visible(beat.name)}: {state}"
    doing = "" if state == "stopped" else f", {beat.state}"
    yield f"  since {_told(beat.started_at)}, last sign of life {seconds:,} s ago{doing}"
    if beat.last_run is None or beat.last_run_at is None:
        yield "  last run: none yet"
    else:
        yield f"  last run: {beat.last_run} at {_told(beat.last_run_at)}"
    yield f"  backlog: {beat.backlog:,}; rejected today: {beat.rejected_today:,}"
    if beat.held:
        yield f"  kept to be tried again: {beat.held:,}"
    if beat.trouble:
        yield f"  trouble: {visible(beat.trouble)}"
    if beat.refused:
        yield f"  a newer version is refused: {visible(beat.refused)}"


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
