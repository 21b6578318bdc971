"""A pytest plugin, `-p nothing_skipped`: the run fails if any test was skipped.

Only the extra tests on other people's files may be: those files are not ours to ship.
"""

from __future__ import annotations

import pytest


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and _needed(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in _needed(terminalreporter):
        terminalreporter.write_line(f"not to be skipped: {report.nodeid} {report.longrepr[-1]}")


def _needed(reporter: pytest.TerminalReporter) -> list[pytest.TestReport]:
    skipped = reporter.stats.get("skipped", ())
    return [report for report in skipped if "no samples" not in str(report.longrepr)]
