"""Parts that hold items and nothing else: what is known of their devices stands among the rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from policycheck.inventory.staging.table import escape_glob, write_parquet

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class ItemParts:
    """Writes such parts, each of one input, and takes out again what turns out to be at fault."""

    def __init__(self, con: DuckDBPyConnection) -> None:
        self._con = con
        self._parts: list[tuple[int, Path]] = []

    def write(self, query: str, target: Path, input_no: int) -> None:
        """Write what a query gives: the columns of a part."""
        write_parquet(self._con, query, target, {})
        self._parts.append((input_no, target))

    def drop_faults(self) -> Counter[int]:
        """Drop the records that stand in the table `fault`; return how many items each input has.

        They are few (an older report of a device, a platform that is none), so most parts stay
        as they are.
        """
        counts: Counter[int] = Counter()
        for input_no, path in self._parts:
            rows = "FROM read_parquet($path)"
            told = "(SELECT record FROM fault WHERE input_no = $input_no)"
            known = {"path": escape_glob(path), "input_no": str(input_no)}
            if self._con.execute(f"{rows} WHERE record IN {told} LIMIT 1", known).fetchall():
                sound = path.with_suffix(".sound")
                write_parquet(self._con, f"{rows} WHERE record NOT IN {told}", sound, known)
                sound.replace(path)
            left = {"path": known["path"]}
            ((count,),) = self._con.execute(f"SELECT count(*) {rows}", left).fetchall()
            counts[input_no] += count
        return counts
