"""Who is in which department and whose manager is whom, from the people file of today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from policycheck.channels import is_address
from policycheck.engine.session import open_session
from policycheck.inventory.mapping.file import FileMapping
from policycheck.inventory.people import read_people
from policycheck.text import fold_text

_PEOPLE = """
SELECT person_id, email, name, department, manager, attributes['manager_email']
FROM person
ORDER BY person_no
"""


class Person(NamedTuple):
    """To whom something about a person is told; empty where the people file does not say."""

    department: str = ""
    manager: str = ""
    manager_address: str = ""


@dataclass(frozen=True)
class Directory:
    """People by the words that stand for them in the store."""

    people: Mapping[str, Person] = field(default_factory=dict)
    """By e-mail and by person_id, folded."""

    def find(self, person_id: str | None) -> Person:
        """Return what is known of a person: nothing of who is not in the people file."""
        return self.people.get(fold_text(person_id or ""), Person())


def read_directory(path: Path, mappings: Iterable[FileMapping]) -> Directory:
    """Read a people file. Raises PolicycheckError where it cannot be read."""
    with open_session() as con:
        read_people(path, con, tuple(mappings))
        rows = con.execute(_PEOPLE).fetchall()
    addresses = _addresses(rows)
    people: dict[str, Person] = {}
    for person_id, email, _, department, manager, manager_email in rows:
        address = manager_email or addresses.get(fold_text(manager or ""), manager) or ""
        known = address if is_address(address) else ""
        person = Person((department or "").strip(), (manager or "").strip(), known)
        people |= {fold_text(word): person for word in (person_id, email) if word}
    return Directory(people)


def _addresses(rows: Iterable[tuple[str | None, ...]]) -> dict[str, str]:
    """Return e-mails by person_id, and by those names that only one person has."""
    listed = list(rows)
    names = Counter(fold_text(row[2] or "") for row in listed)
    addresses: dict[str, str] = {}
    for person_id, email, name, *_ in listed:
        words = [person_id, name if names[fold_text(name or "")] == 1 else None]
        addresses |= {fold_text(word): email for word in words if word and email}
    return addresses
