"""Who is whose manager, by whatever word a people file calls them."""

from __future__ import annotations

from pathlib import Path

from policycheck.notify.people import Directory, Person, read_directory

PEOPLE = """\
person_id,email,name,type,department,manager
boss,boss@example.com,Li Na,employee,Board,
ann,ann@example.com,Ann,employee,Sales,boss@example.com
bo,bo@example.com,Bo,employee,Sales,Li Na
cy,cy@example.com,Cy,employee,,boss
di,di@example.com,Di,employee,IT,Nobody Known
ed,ed@example.com,Wang Wei,employee,IT,
fu,fu@example.com,Wang Wei,employee,IT,
gu,gu@example.com,Gu,employee,IT,Wang Wei
ha,ha@example.com,Ha,employee,IT,"x@example.com, y@example.com"
"""


def directory(folder: Path) -> Directory:
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return read_directory(folder / "people.csv", ())


def test_a_manager_is_found_by_address_by_name_and_by_id(tmp_path) -> None:
    known = directory(tmp_path)
    for person in ("ann", "ANN@example.com", "bo", "cy@example.com"):
        assert known.find(person).manager_address == "boss@example.com"
    assert known.find("ann") == Person("Sales", "Li Na", "boss@example.com")


def test_who_is_not_known_surely_gets_no_mail(tmp_path) -> None:
    known = directory(tmp_path)
    assert known.find("di") == Person("IT", "Nobody Known", "")
    assert known.find("gu") == Person("IT", "Wang Wei", "")  # two people are called so
    assert known.find("ha").manager_address == ""
    assert known.find("stranger") == known.find(None) == Person()
