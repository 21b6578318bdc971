"""Every reader on a few changed examples; `fuzz_readers.py` does the same for hours."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import pytest
from feeding import Feeder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import mutate

from policycheck.inventory.detect import READERS
from report_examples import list_seeds

_QUIET = settings(
    max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
_SPLICES = st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(max_size=6)), max_size=3)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.NAME)
def test_changed_examples_come_to_rows_rejects_or_words(reader, tmp_path: Path) -> None:
    seeds = list_seeds(reader.NAME)
    with tempfile.TemporaryDirectory(dir=tmp_path) as place:
        feeder = Feeder(reader, Path(place))

        @_QUIET
        @given(st.sampled_from(seeds), st.integers(0, 1 << 30), _SPLICES)
        def feed(seed: bytes, number: int, splices: list[tuple[int, bytes]]) -> None:
            content = mutate(seed, Random(number))
            for at, new in splices:
                at %= len(content) + 1
                content = content[:at] + new + content[at + len(new) :]
            feeder.feed(content)

        for seed in seeds:
            feeder.feed(seed)
        feed()
        assert feeder.claimed >= len(seeds)  # it was this reader that was tried
        feeder.finish()
