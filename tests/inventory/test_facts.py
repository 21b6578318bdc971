"""What a reader says of its format is what its examples show, no more and no less."""

import pytest

from policycheck.inventory.base import TOLD
from policycheck.inventory.detect import READERS
from policycheck.inventory.files.heads import make_head
from policycheck.model import DEVICE_COLUMNS
from report_examples import FILES, FORMATS, read_plain

MADE_ELSEWHERE = {"parquet", "binary"}
"""Files that no editor shows; tests of their own make them."""


@pytest.mark.wide
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.NAME)
def test_facts_are_what_the_examples_show(reader, read):
    """Read each example by itself, and all of them together: some say more with each other."""
    paths = [FILES / name for name, format_ in FORMATS.items() if format_ == reader.NAME]
    readings = [read(path, only_look=True) for path in paths]
    check_device(reader, readings)
    readings.append(read(*paths, only_look=True))
    assert set().union(*map(list_filled, readings)) == set(reader.FACTS.says.split())
    check_kinds(reader, readings)
    check_identifiers(reader, readings)
    check_reports(reader, readings)


def list_filled(reading) -> set[str]:
    filled = set()
    for column in TOLD:
        if column in DEVICE_COLUMNS and column != "name":
            rows = reading.reports(column)
        else:
            rows = reading.items(column)
        if any(value is not None for (value,) in rows):
            filled.add(column)
    return filled


def check_kinds(reader, readings):
    best: dict[str, str] = {}
    for reading in readings:
        for _, kind, visibility in reading.listings():
            best[kind] = min(visibility, best.get(kind, visibility))  # all before managed
    said = dict(entry.split("=") for entry in reader.FACTS.listing.split())
    if reader.SOURCE == "policycheck":  # whoever writes it decides
        assert best.items() & said.items()
        assert best.keys() <= said.keys()
    else:
        assert best == said


def check_identifiers(reader, readings):
    rows = {kind for reading in readings for (kind,) in reading.items("identifier_type")}
    said = set(reader.FACTS.identifiers.split())
    assert rows - {None} == said or (reader.SOURCE == "policycheck" and rows - {None} <= said)


def check_device(reader, readings):
    named = {
        not any("names no device" in problem.message for problem in reading.result.problems)
        for reading in readings
    }
    told = {frozenset({True}): "yes", frozenset({False}): "no"}.get(frozenset(named), "some")
    assert told == reader.FACTS.names_device


def check_reports(reader, readings):
    partial = {said for reading in readings for (said,) in reading.reports("partial")}
    assert False in partial
    if reader.FACTS.reports == "both":
        assert True in partial


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.NAME)
def test_what_its_files_look_like(reader):
    names = [name for name, format_ in FORMATS.items() if format_ == reader.NAME]
    forms = {make_head(read_plain(FILES / name)).form for name in names}
    assert forms == set(reader.FACTS.forms.split()) - MADE_ELSEWHERE
