"""People files: who is kept, who is rejected by name, and what is wrong with a header."""

import os
from pathlib import Path

import duckdb
import pytest

from policycheck.inventory.people import no_people, read_people
from policycheck.model import PERSON_COLUMNS
from policycheck.problems import PolicycheckError

BROKEN = Path(__file__).parent.parent / "broken" / "people"


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def read_text(con, tmp_path):
    def read(text, encoding="utf-8"):
        path = tmp_path / "people.csv"
        path.write_bytes(text.encode(encoding))
        return read_people(path, con)

    return read


def people(con, columns):
    return con.execute(f"SELECT {columns} FROM person ORDER BY person_no").fetchall()


def test_every_column_arrives(con, files):
    result = read_people(files / "people.csv", con)
    assert (result.people, result.records, result.rejected, result.problems) == (2, 2, (), ())
    assert people(con, ", ".join(["person_no", *PERSON_COLUMNS])) == [
        (1, "E001", "li.na@example.cn", "李娜", "employee", "Logistics", None, None, None, None,
         ["drivers", "night shift"], {"badge": "B-1", "floor": "3"}),
        (2, "E002", "wang.wei@example.cn", "Wang, Wei", "partner", None, None, None, None, None,
         None, None),
    ]  # fmt: skip


def test_the_table_is_there_without_a_file(con):
    assert no_people(con).sha256 is None
    described = con.execute("DESCRIBE person").fetchall()
    types = {"text": "VARCHAR", "list": "VARCHAR[]", "attributes": "MAP(VARCHAR, VARCHAR)"}
    assert [row[:2] for row in described] == [
        ("person_no", "INTEGER"),
        *((name, types[column.type]) for name, column in PERSON_COLUMNS.items()),
    ]


def test_two_people_with_one_key_are_both_rejected_by_name(con, read_text):
    result = read_text(
        "email,person_id,name\n"
        "a@example.cn,1,Li Na\n"
        "b@example.cn,2,Wang Wei\n"
        " A@Example.cn ,3,Zhao Lei\n"
        "c@example.cn,2,Sun Li\n"
        ",,Nobody\n"
        "d@example.cn,5,Chen Jie,x\n"
        "e@example.cn,6,Zhou Min\n"
    )
    assert result.rejected == (
        (1, "Li Na shares the e-mail 'a@example.cn' with record 3"),
        (2, "Wang Wei shares the person_id '2' with record 4"),
        (3, "Zhao Lei shares the e-mail 'A@Example.cn' with record 1"),
        (4, "Sun Li shares the person_id '2' with record 2"),
        (5, "neither email nor person_id"),
        (6, "4 fields, the header has 3"),
    )
    assert people(con, "person_no, name") == [(7, "Zhou Min")]
    assert (result.people, result.records) == (1, 7)
    assert [problem.severity for problem in result.problems] == ["warning"] * 6


def test_a_key_that_is_shared_after_folding_is_said(con, read_text):
    """As the engine compares keys: it would find nobody, and nobody would know why."""
    result = read_text("email,name\nli@example.cn,Li Na\nｌｉ@EXAMPLE.cn,Li Ning\n")
    assert result.rejected == (
        (1, "Li Na shares the e-mail 'li@example.cn' with record 2"),
        (2, "Li Ning shares the e-mail 'ｌｉ@EXAMPLE.cn' with record 1"),
    )


def test_a_row_with_fewer_fields_is_rejected(con, read_text):
    """Which of the fields is missing nobody can tell."""
    result = read_text("email,name,type\na@example.cn,employee\nb@example.cn,B,employee\n")
    assert result.rejected == ((1, "2 fields, the header has 3"),)
    assert people(con, "name, type") == [("B", "employee")]


def test_one_key_suffices(con, read_text):
    assert read_text("person_id,type\nE1,employee\nE2,partner\n").people == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings(con, read_text, encoding):
    read_text("email,name\na@example.cn,李娜\n", encoding)
    assert people(con, "name") == [("李娜",)]


@pytest.mark.parametrize("name", sorted(path.stem for path in BROKEN.glob("*.csv")))
def test_each_mistake_has_its_text(con, name, monkeypatch):
    monkeypatch.chdir(BROKEN)
    with pytest.raises(PolicycheckError) as caught:
        read_people(f"{name}.csv", con)
    golden = BROKEN / f"{name}.txt"
    told = str(caught.value) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_a_file_that_is_not_there(con):
    with pytest.raises(PolicycheckError, match="cannot be read: no such file"):
        read_people("none.csv", con)
