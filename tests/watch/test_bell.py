"""A bell is heard, and may be rung where a signal is handled."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from watching import BOUND

from policycheck.watch.bell import Bell

_RUNG_BY_SIGNALS = """
import signal, sys
from policycheck.watch.bell import Bell

bell, rung = Bell(), 0
def ring(*_):
    global rung
    rung += 1
    bell.ring()
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.00013, 0.00013)
while rung < 10_000:
    bell.hush()
    bell.wait(0.0001)
signal.setitimer(signal.ITIMER_REAL, 0)
"""


def test_a_bell_is_heard_once_however_often_it_was_rung() -> None:
    bell = Bell()
    assert not bell.wait(0.001)
    bell.ring()
    bell.ring()
    assert bell.wait(BOUND)
    assert not bell.wait(0.001)


def test_a_hushed_bell_is_not_heard() -> None:
    bell = Bell()
    bell.ring()
    bell.hush()
    assert not bell.wait(0.001)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs an interval timer")
def test_signals_in_the_midst_of_waiting_do_no_harm() -> None:
    """With threading.Event this does not end."""
    subprocess.run([sys.executable, "-c", _RUNG_BY_SIGNALS], check=True, timeout=BOUND)
