"""The keys by which people are known: who shares one, and who is whose manager.

Keys are compared as the engine compares them (`fold_text`), so what is one there is one here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from policycheck.text import fold_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LABELS = {"email": "e-mail", "person_id": "person_id"}
_SET_MANAGER = """
UPDATE person SET manager = known.name, attributes = map_concat(
    map {'manager_email': person.manager}, coalesce(person.attributes, map {}))
FROM (SELECT unnest($1::INTEGER[]) AS person_no, unnest($2::VARCHAR[]) AS name) AS known
WHERE known.person_no = person.person_no
"""


def find_shared(con: DuckDBPyConnection) -> dict[int, str]:
    """Return the records that share an e-mail or a person_id, each with whom it shares it."""
    found: dict[int, str] = {}
    for key, label in _LABELS.items():
        rows = con.execute(
            f"SELECT person_no, {key}, coalesce(name, person_id, email) FROM person"
            f" WHERE {key} IS NOT NULL ORDER BY person_no"
        ).fetchall()
        alike: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
        for record, said, name in rows:
            alike[fold_text(said)].append((record, said, name))
        for group in alike.values():
            for at, (record, said, name) in enumerate(group if len(group) > 1 else ()):
                other, _, _ = group[at - 1 if at else 1]
                reason = f"{name} shares the {label} '{said}' with record {other}"
                found.setdefault(record, reason)
    return found


def name_managers(con: DuckDBPyConnection) -> None:
    """Put a manager's name where their e-mail stands, and the e-mail under `manager_email`.

    As far as the file knows it, and the name is one person's only.
    """
    people = con.execute("SELECT person_no, name, email, manager FROM person").fetchall()
    if not any("@" in (manager or "") for _, _, _, manager in people):
        return
    names = Counter(name for _, name, _, _ in people)
    known = {fold_text(email): name for _, name, email, _ in people if email and names[name] == 1}
    resolved = list(_resolve(people, known))
    if resolved:
        numbers, managers = zip(*resolved, strict=True)
        con.execute(_SET_MANAGER, [list(numbers), list(managers)])


def _resolve(
    people: Sequence[tuple[int, str | None, str | None, str | None]],
    known: Mapping[str, str | None],
) -> Iterator[tuple[int, str]]:
    for record, _, _, manager in people:
        if manager and "@" in manager and (name := known.get(fold_text(manager))):
            yield record, name
