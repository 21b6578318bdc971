"""A pytest plugin, `-p nothing_skipped`: the run fails if any test was skipped."""

from __future__ import annotations

import pytest


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.stats.get("skipped", ()):
        terminalreporter.write_line(f"not to be skipped: {report.nodeid} {report.longrepr[-1]}")
