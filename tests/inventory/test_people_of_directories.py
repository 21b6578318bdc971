"""People as directories and personnel systems export them, and by a mapping of one's own."""

from pathlib import Path

import duckdb
import jsonschema
import pytest
import yaml
from workbooks import write_workbook

from policycheck.inspection import suggest
from policycheck.inventory.mapping.file import load_mappings
from policycheck.inventory.mapping.written import mapping_schema
from policycheck.inventory.people import read_people
from policycheck.problems import PolicycheckError

PEOPLE = Path(__file__).parent / "people"
HR = (
    "姓名,工号,部门,人员类型,企业邮箱,直属上级,用户组,手机号\n"
    "李娜,E001,物流部,正式,li.na@example.cn,wang.wei@example.cn,司机;夜班,13800000000\n"
    "王伟,E002,物流部,外包,wang.wei@example.cn,-,,\n"
    "赵磊,E003,无,实习,,,,\n"
)
COLUMNS = "person_id, email, name, type, department, title, location, manager"


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


def people(con, columns=COLUMNS):
    return con.execute(f"SELECT {columns} FROM person ORDER BY person_no").fetchall()


def test_the_users_of_the_entra_portal(con):
    result = read_people(PEOPLE / "entra.csv", con)
    assert (result.people, result.problems) == (2, ())
    assert people(con) == [
        ("li.na@corp.example.cn", "li.na@example.cn", "Li Na", "Member", "Logistics", "Driver",
         "Depot 4", None),
        ("guest_1@corp.example.cn", None, "Guest One", "Guest", None, None, "Shanghai", None),
    ]  # fmt: skip
    assert people(con, "attributes")[0][0] == {"employee_id": "E001", "enabled": "True"}


def test_the_users_of_graph(con):
    result = read_people(PEOPLE / "entra.json", con)
    assert people(con) == [
        ("li.na@corp.example.cn", "li.na@example.cn", "Li Na", "employee", "Logistics", "Driver",
         None, "Wang Wei"),
        ("wang.wei@corp.example.cn", "wang.wei@example.cn", "Wang Wei", None, None, None, None,
         None),
    ]  # fmt: skip
    assert people(con, "attributes")[0][0] == {"manager_email": "wang.wei@example.cn"}
    assert result.rejected == ((3, "is not an object"),)
    page, _ = result.problems
    assert page.message.endswith("is one page of several: the people of the others are not in it")


def test_the_users_of_google(con):
    read_people(PEOPLE / "google.csv", con)
    assert people(con) == [
        ("E001", "li.na@example.cn", "Na Li", "partner", "Logistics", "Driver", "B4", "Wei Wang"),
        (None, "wang.wei@example.cn", "Wei Wang", None, None, None, None, None),
    ]
    assert people(con, "attributes['org_unit'], attributes['status']") == [
        ("/Depots", "Active"), (None, "Active"),  # the topmost unit is none
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_personnel_file_by_a_mapping(con, tmp_path, form):
    path = tmp_path / f"hr.{form}"
    if form == "csv":
        path.write_bytes(HR.encode("gb18030"))
    else:
        write_workbook(path, {"People": [line.split(",") for line in HR.splitlines()]})
    result = read_people(path, con, load_mappings([PEOPLE / "hr.yaml"]))
    assert (result.people, result.rejected) == (3, ())
    assert people(con, "person_id, email, name, type, department, manager, groups") == [
        ("E001", "li.na@example.cn", "李娜", "employee", "物流部", "王伟", ["司机", "夜班"]),
        ("E002", "wang.wei@example.cn", "王伟", "contractor", "物流部", None, None),
        ("E003", None, "赵磊", "partner", None, None, None),
    ]
    assert people(con, "attributes")[0][0] == {
        "manager_email": "wang.wei@example.cn", "phone": "13800000000",
    }  # fmt: skip


def test_a_suggested_mapping_reads_the_file_it_was_made_of(con, tmp_path):
    path = tmp_path / "hr.csv"
    path.write_text(HR, encoding="utf-8")
    (tmp_path / "hr.yaml").write_text(suggest(path), encoding="utf-8")
    written = yaml.safe_load(suggest(path))
    assert written["person"] == {
        "email": "企业邮箱", "person_id": "工号", "name": "姓名", "type": "人员类型",
        "department": "部门", "manager": "直属上级", "groups": "用户组",
    }  # fmt: skip
    assert "# not read: 手机号" in suggest(path)
    assert jsonschema.Draft202012Validator(mapping_schema()).is_valid(written)
    assert read_people(path, con, load_mappings([tmp_path / "hr.yaml"])).people == 3


def test_a_mapping_of_people_reads_no_reports_and_that_of_reports_no_people(con, tmp_path):
    path = tmp_path / "hr.csv"
    path.write_text("邮箱,设备编号\na@example.cn,D1\n", encoding="utf-8")
    (tmp_path / "reports.yaml").write_text(
        "language: 1\nmapping: r\nlisting: {}\ndevice: {device_id: 设备编号}\n"
    )
    with pytest.raises(PolicycheckError, match="unknown column '邮箱'"):
        read_people(path, con, load_mappings([tmp_path / "reports.yaml"]))


MISTAKES = {
    "person: {name: 姓名}": "nothing names the person",
    "person: {mail: 邮箱}": "unknown key 'mail'",
    "person: {email: {words: {a: b}}}": "needs either 'column' or 'value'",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_of_a_mapping_of_people(tmp_path, text):
    (tmp_path / "m.yaml").write_text(f"language: 1\nmapping: m\n{text}\n", encoding="utf-8")
    with pytest.raises(PolicycheckError) as caught:
        load_mappings([tmp_path / "m.yaml"])
    assert caught.value.problems[0].message == MISTAKES[text]


def test_a_manager_is_named_only_where_the_name_is_one_persons(con, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(
        "email,name,manager\n"
        "a@example.cn,Li Na,B@example.cn\n"
        "b@example.cn,Wang Wei,c@example.cn\n"
        "c@example.cn,Zhao Lei,nobody@example.cn\n"
        "d@example.cn,Zhao Lei,Chen Jie\n"
    )
    read_people(path, con)
    assert people(con, "manager, attributes['manager_email']") == [
        ("Wang Wei", "B@example.cn"),
        ("c@example.cn", None),
        ("nobody@example.cn", None),
        ("Chen Jie", None),
    ]
