"""Waivers in words: what they do, what lapsed, what is too broad, whose conditions are not met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from policycheck.problems import Problem, quote
from policycheck.report.phrases import ENGLISH, Phrases
from policycheck.report.rows import WaiverLine
from policycheck.report.words import counted

if TYPE_CHECKING:
    from policycheck.engine.waive import Effect


def waiver_lines(effects: Iterable[Effect], as_of: datetime) -> list[WaiverLine]:
    """Return the lines of a report on waivers, the lapsed before all, then by id."""
    lines = [
        WaiverLine(
            waiver=effect.waiver.id,
            policy=effect.waiver.policy,
            control=effect.waiver.control,
            state=effect.waiver.state(as_of),
            approved_by=effect.waiver.approved_by,
            granted=effect.waiver.granted.isoformat(),
            expires=effect.waiver.expires.isoformat(),
            ticket=effect.waiver.ticket,
            reason=effect.waiver.reason,
            violations=effect.violations,
            path=_in_workspace(effect.waiver.path),
        )
        for effect in effects
    ]
    return sorted(lines, key=lambda line: (line.state != "lapsed", line.waiver))


def describe_effects(
    effects: Iterable[Effect], as_of: datetime, *, whole: bool
) -> Iterator[Problem]:
    """Say, as warnings, what is to be done about waivers.

    whole: all devices that are known were judged, so that a share of them can be told.
    """
    for effect in effects:
        waiver = effect.waiver
        if waiver.state(as_of) == "lapsed":
            message = f"the waiver {quote(waiver.id)} lapsed on {waiver.expires}"
            message += f": {_counting(effect.violations)} again"
            hint = f"grant a new one, or remove {_in_workspace(waiver.path)}"
            yield Problem(message, None, hint, severity="warning")
        elif whole and effect.too_broad:
            yield Problem(too_broad(effect), None, severity="warning")
        if effect.unmet:
            message = f"the waiver {quote(waiver.id)} demands what is not met"
            hint = "look at 'provided' in it, and at the devices"
            message += f": {_counting(effect.unmet)}"
            yield Problem(message, None, hint, severity="warning")


def too_broad(effect: Effect) -> str:
    """Say how much of a control's scope a waiver is for."""
    share = effect.covered / effect.in_scope
    return (
        f"the waiver {quote(effect.waiver.id)} is for {effect.covered:,} of {effect.in_scope:,} in"
        f" the scope of {quote(effect.waiver.control)}, {share:.1%}: more than"
        f" {effect.waiver.max_share:.1%}"
    )


def shout(line: WaiverLine, say: Phrases = ENGLISH) -> str:
    """Say of a lapsed waiver what every report says until it is removed."""
    return say(
        "waiver_shout",
        line.violations,
        day=line.expires,
        waiver=line.waiver,
        control=f"{line.policy}/{line.control}",
        path=line.path,
    )


def standing(line: WaiverLine, say: Phrases = ENGLISH) -> str:
    """Say what a waiver in force does, by whose word and until when."""
    return say(
        "waiver_standing",
        waiver=line.waiver,
        control=f"{line.policy}/{line.control}",
        violations=say("n_violations", line.violations),
        day=line.expires,
        approved_by=line.approved_by,
        ticket=line.ticket,
    )


def _in_workspace(path: str) -> str:
    """Name a waiver's file as the workspace knows it: `waivers/liaison.yaml`."""
    return "/".join(PurePath(path).parts[-2:])


def _counting(count: int) -> str:
    return f"{counted(count, 'violation')} {'counts' if count == 1 else 'count'}"
