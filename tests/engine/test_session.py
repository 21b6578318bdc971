"""What a session is like, whoever opens it."""

from __future__ import annotations

import subprocess
import sys

ASKED = "SELECT current_setting('enable_progress_bar')"
OPENED = f"""
from policycheck.engine.session import open_session
print(open_session().execute("{ASKED}").fetchone())
"""


def test_a_process_without_a_script_draws_no_progress_bar() -> None:
    """The engine takes such a one for a person who types, and would draw into a watcher's log."""
    done = subprocess.run(
        [sys.executable, "-c", OPENED], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "(False,)"
