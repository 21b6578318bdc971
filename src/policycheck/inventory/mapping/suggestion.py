"""A first mapping for a report that nobody knows, from its headers and a look at its values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policycheck.inventory.base import Source
from policycheck.inventory.mapping.headers import PERSON_SYNONYMS, match_headers
from policycheck.inventory.mapping.obstacles import find_obstacle, names_device
from policycheck.inventory.mapping.remarks import write_remarks
from policycheck.inventory.mapping.sample import Sample, sample_json, sample_tables
from policycheck.inventory.mapping.words import EMPTY, UNKNOWN, tell_word
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.strangers import find_stranger
from policycheck.model import DEVICE_COLUMNS, ITEM_COLUMNS, PERSON_COLUMNS, Column

_MOST_WORDS = 12
_PLAIN = re.compile(r"[^\W\d_][\w ./()（）]*(?<![ ])")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3041-\u30ff]")
_PATH = re.compile(r"[A-Za-z]:|[\\/~%\"]")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-]\d{4}")

Found = Mapping[tuple[str, str], str]


def suggest_mapping(source: Source, alike: Sequence[Source] = ()) -> str:
    """Return a mapping file for a source, with remarks on what is to be looked at.

    `alike` are other parts of its file: tables with the same columns are looked at with it.

    Where no column names a device, but one names a person, it is a mapping of people.

    Raises:
        UnreadableError: where it is no table or JSON, or nothing in it names a device.
    """
    if source.head.form == "table":
        tables = [each for each in alike if each.head.columns == source.head.columns]
        sample, items, records = sample_tables([source, *tables]), "", ""
    elif source.head.form == "json":
        sample, items, records = sample_json(source)
    elif stranger := find_stranger(source.head):
        raise UnreadableError(stranger.message, stranger.hint)
    else:
        raise UnreadableError("is neither a table nor JSON: no mapping can read it")
    if obstacle := find_obstacle(sample, items):
        raise UnreadableError(*obstacle)
    found = match_headers(sample, items)
    _drop_place(sample, found)
    _check_twice(source.head.columns, found)
    if not names_device(found):
        people = match_headers(sample, meanings=PERSON_SYNONYMS)
        if any(("person", name) in people for name in ("email", "person_id")):
            return "\n".join(_write_people(sample, people, records)) + "\n"
        shown = ", ".join(list(sample)[:8]) or "none"
        message = (
            f"has no column that names a device or a person, as far as its header tells: {shown}"
        )
        raise UnreadableError(message, "write the mapping by hand: docs/formats.md")
    return "\n".join(_write(sample, found, items, records)) + "\n"


def _drop_place(sample: Sample, found: dict[tuple[str, str], str]) -> None:
    """Leave out a `Location` that is no path but where a device stands, as its values tell."""
    told = [value for value in sample.get(found.get(("item", "path"), ""), ()) if value]
    if told and not any(map(_PATH.match, told)):
        del found["item", "path"]


def _check_twice(headers: Sequence[str], found: Found) -> None:
    """Check that each column that is to be read can be told from the others by its header.

    Raises:
        UnreadableError: where two have the same.
    """
    for header in found.values():
        if headers.count(header) > 1:
            message = f"has {headers.count(header)} columns {header!r}: which is meant?"
            raise UnreadableError(message, "give one of them another name")


def _write(sample: Sample, found: Found, items: str, records: str) -> Iterator[str]:
    has_items = any(("item", name) in found for name in ("name", "identifier"))
    yield "language: 1"
    yield "mapping: my-export                # a name of your own; it is also the reports' source"
    if has_items:
        yield "listing: {app: managed}           # 'all' only if it holds every app of a device"
        yield "# listing_of_personal: {app: managed}   # if it shows less of private devices"
    else:
        yield "listing: {}                       # no apps in it: it tells of devices only"
    yield f"timezone: {_tell_zone(sample):<24}# of times that do not say theirs"
    yield from _write_dates(sample, found)
    if records:
        yield f"records: {_quote(records)}"
    if items and has_items:
        yield f"items: {_quote(items)}"
    yield from _write_section("device", DEVICE_COLUMNS, sample, found)
    if has_items:
        yield from _write_section("item", ITEM_COLUMNS, sample, found)
        yield from _write_identifier_type(sample, found)
    named = found.get(("item", "name")) or found.get(("item", "identifier")) or ""
    for line in write_remarks(sample, list(found.values()), named):
        yield f"# {' '.join(line.split())}"
    left = [name for name in sample if name not in found.values()]
    if left:
        yield "# not read: " + ", ".join(" ".join(name.split()) for name in left[:40])


def _tell_zone(headers: Iterable[str]) -> str:
    words = "".join(headers)
    if _KANA.search(words):
        return "Asia/Tokyo"
    return "Asia/Shanghai" if _CHINESE.search(words) else "UTC"


def _write_people(sample: Sample, found: Found, records: str) -> Iterator[str]:
    yield "language: 1"
    yield "mapping: my-people                # a name of your own"
    if records:
        yield f"records: {_quote(records)}"
    yield from _write_section("person", PERSON_COLUMNS, sample, found)
    left = [name for name in sample if name not in found.values()]
    if left:
        yield "# not read: " + ", ".join(" ".join(name.split()) for name in left[:40])


def _write_dates(sample: Sample, found: Found) -> Iterator[str]:
    """Tell 31/12/2025 from 12/31/2025, if the values do."""
    times = ("reported_at", "installed_at", "last_used_at")
    texts = [
        text for (_, name), header in found.items() if name in times for text in sample[header]
    ]
    dates = [match for text in texts if (match := _SLASHED.match(text))]
    if any(int(date[1]) > 12 for date in dates):
        yield "dates: day-first"
    elif any(int(date[2]) > 12 for date in dates):
        yield "dates: month-first"
    elif dates:
        yield f"dates: day-first                  # or month-first? {dates[0][0]} does not tell"


def _write_section(
    section: str, columns: Mapping[str, Column], sample: Sample, found: Found
) -> Iterator[str]:
    yield f"{section}:"
    for name, column in columns.items():
        header = found.get((section, name))
        if header is None:
            continue
        if (
            name == "platform"
            and (section, "os_version") not in found
            and _has_versions(sample[header])
        ):
            yield f"  os_version: {_quote(header)}"
        if column.vocabulary or column.type == "boolean":
            yield from _write_words(name, column, header, sample[header])
        else:
            yield f"  {name}: {_quote(header)}"
    attributes = [
        (name.removeprefix("attributes."), header)
        for (where, name), header in found.items()
        if where == section and name.startswith("attributes.")
    ]
    if attributes:
        yield "  attributes:"
        yield from (f"    {name}: {_quote(header)}" for name, header in attributes)


def _has_versions(values: Sequence[str]) -> bool:
    return any(re.search(r"[A-Za-z\u4e00-\u9fff] ?\d", value) for value in values)


def _write_words(name: str, column: Column, header: str, values: Sequence[str]) -> Iterator[str]:
    """Write a column with a closed vocabulary; words that nobody knows are left to the user."""
    words = list(dict.fromkeys(value for value in values if value.lower() not in EMPTY))
    strange = [word for word in words if not tell_word(column, word)]
    if len(strange) > _MOST_WORDS or (strange and len(strange) == len(words) > 4):
        yield f"  # {name}: {_quote(header)}   # its values are not the words of {name}"
        return
    if not strange:
        yield f"  {name}: {_quote(header)}"
        return
    expected = ", ".join(column.vocabulary) or "true, false"
    yield f"  {name}:                         # {expected}; 'unknown' where nobody can say"
    yield f"    column: {_quote(header)}"
    yield "    words:"
    yield from (f"      {_quote(word)}: {UNKNOWN}" for word in strange)


def _write_identifier_type(sample: Sample, found: Found) -> Iterator[str]:
    """Say what the identifiers are, where all devices are of one platform."""
    header = found.get(("device", "platform"))
    if header is None or ("item", "identifier") not in found:
        return
    told = {tell_word(DEVICE_COLUMNS["platform"], text) for text in sample[header] if text}
    types = {"android": "android_package", "ios": "ios_bundle", "macos": "macos_bundle"}
    if len(told) == 1 and (only := told.pop()) in types:
        yield f"  identifier_type: {{value: {types[only]}}}"


def _quote(text: str) -> str:
    """Write a text as YAML."""
    if _PLAIN.fullmatch(text) and text.lower() not in ("null", "true", "false", "yes", "no"):
        return text
    return "'" + text.replace("'", "''") + "'"
