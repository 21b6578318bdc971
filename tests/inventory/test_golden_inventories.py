"""Every example file has its inventory, down to the last column.

After a change run once with UPDATE_GOLDEN=1, and read the difference.
"""

import os
from pathlib import Path

import pytest
from inventory_text import describe

from policycheck.inventory.detect import READERS
from report_examples import FILES, FORMATS

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_an_example_gives_its_inventory(read, name):
    told = describe(read(FILES / name, device="DEV-1"), (FILES / name).parent)
    golden = GOLDEN / f"{name.replace('/', '-')}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_no_golden_inventory_is_left_over():
    expected = {f"{name.replace('/', '-')}.txt" for name in FORMATS}
    assert {path.name for path in GOLDEN.iterdir()} == expected


def test_every_reader_has_an_inventory_with_a_device():
    for reader in READERS:
        names = [
            name.replace("/", "-") for name, format_ in FORMATS.items() if format_ == reader.NAME
        ]
        texts = [(GOLDEN / f"{name}.txt").read_text(encoding="utf-8") for name in names]
        assert any("\ndevice " in text for text in texts), reader.NAME
