"""Report forms: a `Content` goes in, a stream is written, one module for each form."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from policycheck.report import (
    csv_report,
    html,
    json_report,
    junit,
    markdown,
    ndjson,
    ocsf,
    oscal,
    pdf,
    sarif,
    terminal,
    xlsx,
)
from policycheck.report.forms import Form

REPORTS: Mapping[str, Form] = MappingProxyType(
    {
        "terminal": terminal,
        "json": json_report,
        "ndjson": ndjson,
        "csv": csv_report,
        "markdown": markdown,
        "html": html,
        "xlsx": xlsx,
        "pdf": pdf,
        "sarif": sarif,
        "junit": junit,
        "ocsf": ocsf,
        "oscal": oscal,
    }
)
"""Every report form by its name; to add one, write its module and its line here."""
