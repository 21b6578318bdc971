"""What a later audit goes on from, where reports tell changes only: a state for each device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.base import STATES
from policycheck.inventory.staging.table import escape_glob, write_parquet

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging


def keep_states(lines: Path, longest: int, staging: Staging) -> None:
    """Keep what a later audit asks for by `earlier`: lines of JSON with device and state.

    `longest` is the length of the longest line.
    """
    columns = "{device: 'VARCHAR', state: 'VARCHAR'}"
    write_parquet(
        staging.con,
        f"SELECT * FROM read_json($path, format='newline_delimited', columns={columns},"
        f" maximum_object_size={max(longest + 1, 1 << 24)})",
        staging.folder / STATES,
        {"path": escape_glob(lines)},
    )
