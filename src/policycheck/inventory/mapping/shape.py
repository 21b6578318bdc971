"""How a table becomes ours by a mapping: the SQL of each of our columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policycheck.inventory.mapping.checks import IDENTITIES
from policycheck.inventory.mapping.file import FileMapping, MappedField
from policycheck.inventory.mapping.footers import find_footer
from policycheck.inventory.mapping.times import read_time
from policycheck.inventory.mapping.words import clean_text, translate_words
from policycheck.inventory.staging.columns import (
    drop_placeholder,
    find_value_fault,
    make_map,
    quote_text,
    trim_text,
)
from policycheck.inventory.staging.table import Shape
from policycheck.model import DEVICE_COLUMNS, ITEM_COLUMNS, Column
from policycheck.text import fold_text

_HARDWARE_IDS = ("serial", "udid")
_FIRST = "m_first"
"""The packed text of a first column that is not read, such as a row's number."""
_LISTED = "1"
"""Stands in the packed column `listing` where a record holds an item."""


def squeeze(header: str) -> str:
    """Return a header as it is compared: full and half width, case and blanks do not count."""
    return "".join(fold_text(header.removeprefix("\ufeff").removeprefix("\t")).split())


def make_shape(mapping: FileMapping, columns: Mapping[str, str], first: str = "") -> Shape:
    """Return how a table becomes ours.

    Args:
        mapping: Says which column is what.
        columns: The SQL of a text by squeezed header.
        first: The SQL of the first column, where the mapping does not read it.
    """
    return _Maker(mapping, columns, first).make()


class _Maker:
    """Holds what the parts of a shape share."""

    def __init__(self, mapping: FileMapping, columns: Mapping[str, str], first: str) -> None:
        self._mapping = mapping
        present = [name for name in mapping.columns if squeeze(name) in columns]
        self._texts = {squeeze(name): f"m{number}" for number, name in enumerate(present)}
        self._made = {
            text: clean_text(trim_text(columns[name]), mapping.empty)
            for name, text in self._texts.items()
        }
        self._first = _FIRST if first else "NULL"
        if first:
            self._made[_FIRST] = clean_text(trim_text(first), ())
        items = [self._texts[squeeze(name)] for name in mapping.item_columns if name in present]
        self._bare = f"coalesce({', '.join([*items, 'NULL', 'NULL'])}) IS NULL" if items else ""

    def make(self) -> Shape:
        device = {name: self._pick(field) for name, field in self._mapping.device.items()}
        item = {
            name: self._convert(ITEM_COLUMNS[name], self._pick(field), field)
            for name, field in self._mapping.item.items()
        }
        moments = {
            f"t_{name}": text for name, text in item.items() if ITEM_COLUMNS[name].type == "time"
        }
        item |= {name.removeprefix("t_"): name for name in moments}
        refined = {
            name: self._convert(DEVICE_COLUMNS[name], name, field)
            for name, field in self._mapping.device.items()
        }
        faults = [
            find_value_fault(DEVICE_COLUMNS[name], name, _label(name, field))
            for name, field in self._mapping.device.items()
        ]
        self._add_listing(device, refined)
        if self._mapping.partial:
            device["partial"] = "'true'"
        if self._mapping.device_attributes:
            device["attributes"] = self._pack_attributes()
        if not self._mapping.item:  # every row tells of a device only
            item["name"] = "CAST(NULL AS VARCHAR)"
        ref = self._name_device()
        return Shape(
            ref=ref,
            device=device,
            item=item,
            refined=refined,
            faults=self._find_faults(ref, item),
            device_faults=[fault for fault in faults if fault],
            bare=self._bare or "true",
            attributes=self._make_attributes(),
            texts=self._made,
            moments=moments,
        )

    def _pick(self, field: MappedField) -> str:
        """Return the SQL of what a field holds in a record."""
        if field.value:
            return quote_text(field.value)
        texts = [
            self._texts[squeeze(name)] for name in field.columns if squeeze(name) in self._texts
        ]
        return f"coalesce({', '.join([*texts, 'NULL'])})" if len(texts) != 1 else texts[0]

    def _convert(self, column: Column, text: str, field: MappedField) -> str:
        """Return the SQL of a column's text as our own tables would write it."""
        if column.type == "time":
            return read_time(text, self._mapping.dates, self._mapping.zone)
        if column.name in _HARDWARE_IDS:
            return drop_placeholder(text)
        if column.vocabulary or column.type == "boolean" or field.words:
            enrolled = bool(self._mapping.listing)
            words = field.words or {}
            return translate_words(
                column, text, words, enrolled=enrolled, otherwise=field.otherwise
            )
        if column.name == "os_version":
            return f"coalesce(nullif(regexp_extract({text}, '\\d.*'), ''), {text})"
        return text

    def _name_device(self) -> str:
        fields = self._mapping.device
        texts = [
            drop_placeholder(self._pick(fields[name])) if name in _HARDWARE_IDS
            else self._pick(fields[name])
            for name in IDENTITIES
            if name in fields
        ]  # fmt: skip
        return f"coalesce({', '.join([*texts, 'NULL'])})"

    def _find_faults(self, ref: str, item: Mapping[str, str]) -> tuple[str, ...]:
        fields = self._mapping.device
        named = " or ".join(_label(name, fields[name]) for name in IDENTITIES if name in fields)
        faults = [f"CASE WHEN {ref} IS NULL THEN {quote_text(f'no {named}')} END"]
        identities = [self._pick(fields[name]) for name in IDENTITIES if name in fields]
        cells = list(self._texts.values())
        faults.append(find_footer(ref, self._first, identities, cells))
        faults += [
            _find_rounded(self._pick(fields[name]), _label(name, fields[name]))
            for name in IDENTITIES
            if name in fields and not fields[name].value
        ]
        if not self._mapping.item:
            return tuple(faults)
        name = f"coalesce({item.get('identifier', 'NULL')}, {item.get('name', 'NULL')}, NULL)"
        said = "an item needs an identifier or a name"
        faults.append(
            f"CASE WHEN NOT ({self._bare or 'true'}) AND {name} IS NULL THEN '{said}' END"
        )
        faults += [
            find_value_fault(ITEM_COLUMNS[name], item[name], _label(name, field))
            for name, field in self._mapping.item.items()
        ]
        return tuple(fault for fault in faults if fault)

    def _add_listing(self, device: dict[str, str], refined: dict[str, str]) -> None:
        """Let a device list what the mapping says, if a record of it holds an item.

        A device without items in such a report lists nothing: empty cells prove no empty list.
        """
        mapping = self._mapping
        if not mapping.listing or not self._bare:
            return
        owner = refined.get("ownership", "CAST(NULL AS VARCHAR)")
        device["listing"] = f"CASE WHEN NOT ({self._bare}) THEN '{_LISTED}' END"
        said = quote_text(mapping.listing)
        if mapping.listing_of_personal is not None:
            personal = quote_text(mapping.listing_of_personal)
            said = f"CASE WHEN {owner} = 'corporate' THEN {said} ELSE {personal} END"
        refined["listing"] = f"CASE WHEN listing = '{_LISTED}' THEN {said} END"

    def _pack_attributes(self) -> str:
        pairs = [
            f"{quote_text(name)}, {self._pick(field)}"
            for name, field in self._mapping.device_attributes.items()
        ]
        return f"CAST(json_object({', '.join(pairs)}) AS VARCHAR)"

    def _make_attributes(self) -> str:
        entries: Sequence[tuple[str, str]] = [
            (quote_text(name), self._pick(field))
            for name, field in self._mapping.item_attributes.items()
        ]
        return make_map(entries) if entries else ""


def _label(name: str, field: MappedField) -> str:
    """Return what the report calls a column."""
    return field.columns[0] if field.columns else name


def _find_rounded(text: str, label: str) -> str:
    """Return the SQL of the reason against an id that a spreadsheet has rounded."""
    said = quote_text(f"{label} was rounded by a spreadsheet: ")
    rounded = f"regexp_full_match({text}, '\\d(\\.\\d+)?[eE]\\+\\d{{2,3}}')"
    return f"CASE WHEN {rounded} THEN {said} || left({text}, 60) END"
