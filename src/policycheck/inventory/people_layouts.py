"""Which column of a people file is what: ours, a directory's that is known, or a mapping's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from policycheck.inventory.base import Head
from policycheck.inventory.mapping.file import FileMapping, MappedField
from policycheck.inventory.mapping.shape import squeeze
from policycheck.inventory.mapping.words import clean_text, translate_words
from policycheck.inventory.staging.columns import make_map, quote_text, trim_text
from policycheck.model import PERSON_COLUMNS

ATTRIBUTES = ("attributes.", "person.attributes.")
"""What the names of attributes' columns begin with in our own files."""


@dataclass(frozen=True)
class Layout:
    """Where the columns of a person come from."""

    person: Mapping[str, MappedField]
    attributes: Mapping[str, MappedField]
    records: str = ""
    """The path of the list of people in a JSON document; "" where it is the document."""
    empty: Sequence[str] = ()
    """Words for nothing, beside the usual ones."""
    joined: frozenset[str] = frozenset()
    """Columns whose parts stand beside each other, such as a first and a last name."""
    is_ours: bool = field(default=False)
    """In our own files every text is taken as it stands."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read, each once."""
        fields = (*self.person.values(), *self.attributes.values())
        return tuple(dict.fromkeys(column for entry in fields for column in entry.columns))

    def select(self, header: Sequence[str]) -> str:
        """Return the SQL of a person, by the columns `c0`, `c1`, ... of a table."""
        texts = {squeeze(name): self._clean(f"c{n}") for n, name in enumerate(header) if name}
        selected = ["CAST(record AS INTEGER) AS person_no"]
        for name, entry in self.person.items():
            text = self._pick(name, entry, texts)
            selected.append(f"{_split(text) if name == 'groups' else text} AS {name}")
        if self.attributes:
            entries = [
                (quote_text(name), self._pick("", entry, texts))
                for name, entry in self.attributes.items()
            ]
            selected.append(f"{make_map(entries)} AS attributes")
        return ", ".join(selected)

    def _clean(self, text: str) -> str:
        return trim_text(text) if self.is_ours else clean_text(trim_text(text), self.empty)

    def _pick(self, name: str, entry: MappedField, texts: Mapping[str, str]) -> str:
        if entry.value:
            return quote_text(entry.value)
        found = [texts[squeeze(column)] for column in entry.columns if squeeze(column) in texts]
        if name in self.joined:
            return f"nullif(concat_ws(' ', {', '.join(found)}), '')"
        text = f"coalesce({', '.join([*found, 'NULL'])})"
        if not entry.words and not entry.otherwise:
            return text
        column = PERSON_COLUMNS.get(name, PERSON_COLUMNS["type"])
        words = entry.words or {}
        return translate_words(column, text, words, enrolled=False, otherwise=entry.otherwise)


def _split(text: str) -> str:
    parts = f"list_transform(string_split({text}, ';'), lambda part: {trim_text('part')})"
    return f"list_filter({parts}, lambda part: part IS NOT NULL)"


def _fields(**columns: str) -> dict[str, MappedField]:
    return {name: MappedField(tuple(headers.split("|"))) for name, headers in columns.items()}


_ENTRA = Layout(
    _fields(
        person_id="userPrincipalName",
        email="mail",
        name="displayName",
        type="employeeType|userType",
        department="department",
        title="jobTitle",
        location="officeLocation|physicalDeliveryOfficeName|city",
        manager="manager.mail|manager.userPrincipalName|manager.displayName|manager",
    ),
    _fields(
        employee_id="employeeId", company="companyName", country="country", enabled="accountEnabled"
    ),
)
"""Microsoft Entra: the portal's "Download users" and Graph's `/users`. Intune calls a user by the
user principal name, others by the mail address; so both are keys."""
_GOOGLE = Layout(
    _fields(
        person_id="Employee ID",
        email="Email Address [Required]|Email Address",
        name="First Name [Required]|First Name|Last Name [Required]|Last Name",
        type="Employee Type",
        department="Department",
        title="Employee Title",
        location="Building ID",
        manager="Manager Email",
    ),
    _fields(
        org_unit="Org Unit Path [Required]|Org Unit Path",
        status="Status [READ ONLY]|Status [Read Only]",
    ),
    joined=frozenset({"name"}),
)
"""Google Workspace: Directory > Users > Download users."""


def choose_layout(head: Head, mappings: Sequence[FileMapping]) -> Layout | None:
    """Return how a people file is laid out; None where it may only be our own form.

    A mapping of people goes first, if the file has all its columns.
    """
    for mapping in mappings:
        if mapping.person and _fits(mapping, head):
            return Layout(mapping.person, mapping.person_attributes, mapping.records, mapping.empty)
    if head.form == "json":
        is_page = "value.userPrincipalName" in head.paths
        if is_page or "userPrincipalName" in head.paths:
            return Layout(_ENTRA.person, _ENTRA.attributes, records="value" if is_page else "")
        return None
    columns = set(head.columns)
    if {"userPrincipalName", "displayName"} <= columns:
        return _ENTRA
    if columns & {"Email Address [Required]"} or {"Email Address", "Org Unit Path"} <= columns:
        return _GOOGLE
    return None


def _fits(mapping: FileMapping, head: Head) -> bool:
    if head.form == "json":
        start = (mapping.records or mapping.columns[0]).partition(".")[0]
        return start in head.keys
    present = set(map(squeeze, head.columns))
    fields = (*mapping.person.values(), *mapping.person_attributes.values())
    return all(not f.columns or present.intersection(map(squeeze, f.columns)) for f in fields)


def lay_out_own(columns: Sequence[str]) -> Layout:
    """Return the layout of a file whose header is our own columns."""
    attributes = {
        name.removeprefix("person.").removeprefix("attributes."): MappedField((name,))
        for name in columns
        if name.startswith(ATTRIBUTES)
    }
    person = {name: MappedField((name,)) for name in columns if not name.startswith(ATTRIBUTES)}
    return Layout(person, attributes, is_ours=True)
