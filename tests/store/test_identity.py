"""Which device a report is about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from toy import Toy, lay_out_reports
from toy_judge import Report, day

from policycheck.engine.session import open_session
from policycheck.store.devices import find_devices, list_devices
from policycheck.store.identity import hold, identify
from policycheck.store.load import load_devices
from policycheck.store.session import create_tables

pytestmark = pytest.mark.usefixtures("each_store")

R = Report(items=())


def keys(*reports: Report) -> list[str]:
    """Identify reports without a store: the keys in the order of the reports."""
    con = open_session()
    lay_out_reports(con, reports, 9)
    create_tables(con)
    identify(con)
    return [
        key
        for (key,) in con.execute("SELECT device_key FROM identity ORDER BY report_no").fetchall()
    ]


def agent(**words: str | None) -> Report:
    return Report(**{"source": "agent", "device": "a1", "items": (), **words})


AMONG = {
    "one report": ([R], ["d1"]),
    "two sources that share nothing": ([R, agent()], ["d1", "a1"]),
    "two sources with one id each their own": ([R, agent(device="d1")], ["d1@intune", "d1"]),
    "a serial in common": (
        [replace(R, serial="S1"), agent(serial=" s1 ")],
        ["a1", "a1"],
    ),
    "a udid in common": ([replace(R, udid="U1"), agent(udid="u1")], ["a1", "a1"]),
    "a chain: serial here, udid there": (
        [
            replace(R, serial="S1"),
            agent(serial="S1", udid="U1"),
            Report(source="mdm", device="m1", udid="U1"),
        ],
        ["a1", "a1", "a1"],
    ),
    "a name that only says what it is": (
        [replace(R, name="iPhone"), agent(name="iPhone")],
        ["d1", "a1"],
    ),
    "a name that is the model's": (
        [replace(R, name="Pixel 9", model="Pixel 9"), agent(name="Pixel 9")],
        ["d1", "a1"],
    ),
    "a name that is one device's in each system": (
        [replace(R, name="Front-Desk", serial="S1"), agent(name="front-desk")],
        ["a1", "a1"],
    ),
    "a name that two devices of one system have": (
        [
            replace(R, name="front-desk"),
            replace(R, device="d2", name="front-desk"),
            agent(name="front-desk"),
        ],
        ["d1", "d2", "a1"],
    ),
    "one name, two serials": (
        [replace(R, name="front-desk", serial="S1"), agent(name="front-desk", serial="S2")],
        ["d1", "a1"],
    ),
    "one name, two udids": (
        [replace(R, name="front-desk", udid="U1"), agent(name="front-desk", udid="U2")],
        ["d1", "a1"],
    ),
    "one name, two platforms": (
        [
            replace(R, name="front-desk", platform="ios"),
            agent(name="front-desk", platform="macos"),
        ],
        ["d1", "a1"],
    ),
    "one name, and a system that calls an iPad iOS": (
        [
            replace(R, name="front-desk", platform="ios"),
            agent(name="front-desk", platform="ipados"),
        ],
        ["a1", "a1"],
    ),
    "one name, two people": (
        [
            replace(R, name="front-desk", person="li@example.cn"),
            agent(name="front-desk", person="wang@example.cn"),
        ],
        ["d1", "a1"],
    ),
    "a serial before a name: the third has another serial": (
        [
            replace(R, name="front-desk", serial="S1"),
            agent(serial="S1"),
            Report(source="mdm", device="m1", name="front-desk", serial="S2"),
        ],
        ["a1", "a1", "m1"],
    ),
    "a device whose two names lead to two others": (
        [
            replace(R, name="front-desk", serial="S1"),
            agent(name="till-4", serial="S1"),
            Report(source="mdm", device="m1", name="front-desk"),
            Report(source="ocs", device="o1", name="till-4"),
        ],
        ["a1", "a1", "m1", "o1"],
    ),
    "a system's roster and its list": (
        [R, replace(R, source="intune roster")],
        ["d1", "d1"],
    ),
    "twice in one source": ([R, replace(R, at=2)], ["d1", "d1"]),
    "enrolled twice": (
        [replace(R, serial="S1"), replace(R, device="d2", serial="S1")],
        ["d1", "d1"],
    ),
    "no id: the serial": ([replace(R, device=None, serial="S1")], ["s1"]),
    "no id: the udid": ([replace(R, device=None, udid="U1")], ["u1"]),
    "no id: the name, and it is that source's id": (
        [replace(R, device=None, name="PC"), replace(R, device=None, name="PC")],
        ["PC", "PC"],
    ),
    "nothing at all": ([replace(R, device=None)], ["ref-0"]),
    "blank is nothing": ([replace(R, device=" ", serial="S1")], ["s1"]),
}


@pytest.mark.wide
@pytest.mark.parametrize("name", AMONG)
def test_reports_of_one_run(name: str) -> None:
    reports, expected = AMONG[name]
    assert keys(*reports) == expected


def test_no_two_devices_have_one_key_whatever_their_sources_are_called() -> None:
    several = [("A", "a@b"), ("A", "a"), ("c", "a@b"), ("b@c", "a")]
    told = keys(*(Report(source=source, device=device, items=()) for source, device in several))
    assert told[:3] == ["a@b", "a", "a@b@c#" + told[2][-8:]]
    assert told[3] == "a@b@c"


@pytest.mark.wide
@pytest.mark.parametrize(
    "serial",
    [
        "0",
        "None",
        "Default string",
        "To be filled by O.E.M.",
        "System Serial Number",
        "000000000",
        "",
        " ",
        "xxxxxxx",
        "N/A",
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF",
        "1111111",
    ],
)
def test_placeholders_match_nothing(serial: str) -> None:
    assert keys(replace(R, serial=serial), agent(serial=serial)) == ["d1", "a1"]
    assert keys(replace(R, udid=serial), agent(udid=serial)) == ["d1", "a1"]


def test_a_serial_that_a_source_gives_to_many_devices_matches_nothing() -> None:
    few = [replace(R, device=f"d{n}", serial="OEM-7") for n in range(5)]
    assert set(keys(*few)) == {"d0"}
    many = [replace(R, device=f"d{n}", serial="OEM-7") for n in range(6)]
    assert len(set(keys(*many))) == 6


def test_keys_do_not_depend_on_the_order_of_reports() -> None:
    reports = [
        R,
        agent(device="d1"),
        agent(device="x", serial="S"),
        replace(R, device="y", serial="S"),
    ]
    forward = dict(zip(reports, keys(*reports), strict=True))
    assert forward == dict(zip(reversed(reports), keys(*reversed(reports)), strict=True))


STORED = {
    "by id": (R, "d1"),
    "by id of that source only": (agent(device="d1"), "d1@agent"),
    "by serial": (replace(R, device="new", serial="S1"), "d1"),
    "by udid": (agent(udid="U1"), "d1"),
    "by serial though the id was another": (agent(serial="S1"), "d1"),
    "never by name only": (agent(name="front-desk"), "a1"),
    "a new one": (replace(R, device="d9"), "d9"),
}


@pytest.mark.wide
@pytest.mark.parametrize("name", STORED)
def test_a_report_of_a_stored_device(name: str, tmp_path) -> None:
    report, expected = STORED[name]
    toy = Toy(tmp_path)
    toy.audit(1, replace(R, serial="S1", udid="U1", name="front-desk"))
    toy.audit(2, replace(report, at=2))
    told = toy.con.execute("SELECT device_key, new FROM identity").fetchall()
    assert told == [(expected, expected != "d1")]


def test_a_name_joins_a_new_device_to_a_stored_one_that_is_reported_beside_it(tmp_path) -> None:
    stored, new = replace(R, name="front-desk", at=2), agent(name="front-desk")
    toy = Toy(tmp_path)
    toy.audit(1, replace(R, name="front-desk"))
    toy.audit(2, stored, new)
    assert {key for (key,) in toy.con.execute("SELECT device_key FROM identity").fetchall()} == {
        "d1"
    }
    toy.audit(3, agent(at=3))  # by now it is known by its id
    assert toy.con.execute("SELECT device_key FROM identity").fetchall() == [("d1",)]


def test_a_name_that_another_stored_device_has_joins_nothing(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, replace(R, name="front-desk"), replace(R, device="d2", name="front-desk"))
    toy.audit(2, replace(R, name="front-desk", at=2), agent(name="front-desk"))
    told = toy.con.execute("SELECT device_key FROM identity ORDER BY report_no").fetchall()
    assert told == [("d1",), ("a1",)]


def test_two_stored_devices_are_not_joined_by_a_name(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, replace(R, name="front-desk"))
    toy.audit(2, agent(name="front-desk"))
    toy.audit(3, replace(R, name="front-desk", at=3), agent(name="front-desk", at=3))
    told = toy.con.execute("SELECT device_key FROM identity ORDER BY report_no").fetchall()
    assert told == [("d1",), ("a1",)]


def test_a_stored_key_is_not_given_twice(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, R, replace(R, device="d1@agent"))
    toy.audit(2, agent(device="d1"))
    (key,) = toy.con.execute("SELECT device_key FROM identity").fetchone()
    assert key.startswith("d1@agent#")
    toy.audit(3, agent(device="d1", at=3))
    assert toy.con.execute("SELECT device_key FROM identity").fetchone() == (key,)


def test_a_second_system_makes_an_alias_and_no_second_device(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, replace(R, serial="S1"))
    toy.audit(2, agent(serial="S1"))
    toy.audit(3, agent(at=3))
    assert toy.rows("SELECT device_key FROM device") == [("d1",)]
    assert toy.rows("SELECT source FROM device_source ORDER BY 1") == [("agent",), ("intune",)]


def test_a_report_that_proves_two_stored_devices_to_be_one_goes_to_the_older(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, replace(R, device="z"))
    toy.audit(2, agent(serial="S1"))
    toy.audit(3, replace(R, device="z", serial="S1", at=3))
    assert toy.con.execute("FROM conflict").fetchall() == [(0, "z", "a1")]
    assert toy.con.execute("SELECT device_key FROM identity").fetchall() == [("z",)]


CURRENT = {
    "newer": (replace(R, at=6), (True, False)),
    "equal": (replace(R, at=5, items=("x",)), (False, True)),
    "older": (replace(R, at=4), (False, True)),
    "older, of another source": (agent(serial="S1", at=4), (True, False)),
    "age counts from receipt where none is told": (replace(R, at=None), (True, False)),
}


@pytest.mark.parametrize("name", CURRENT)
def test_only_the_newest_report_of_a_source_is_current(name: str, tmp_path) -> None:
    report, expected = CURRENT[name]
    toy = Toy(tmp_path)
    toy.audit(5, replace(R, serial="S1", at=5))
    toy.audit(9, report)
    assert toy.con.execute("SELECT current, late FROM identity").fetchone() == expected


def test_what_is_held_beside_the_reports(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, replace(R, serial="S1"), agent(serial="S1"), replace(R, device="other"))
    toy.audit(2, replace(R, serial="S1", at=2))
    assert toy.con.execute("SELECT device_key, source FROM held").fetchall() == [("a1", "agent")]
    toy.audit(3, everything=True)
    held = toy.con.execute("SELECT device_key, source FROM held ORDER BY ALL").fetchall()
    assert held == [("a1", "agent"), ("a1", "intune"), ("other", "intune")]


def test_facts_newer_than_the_moment_are_not_held(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(5, replace(R, at=5))
    toy.audit(3, replace(R, at=2))
    assert toy.con.execute("FROM judged").fetchall() == []


def test_devices_can_be_asked_for_by_key(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, R, replace(R, device="d2"))
    con = open_session()
    lay_out_reports(con, (), 2)
    create_tables(con)
    with toy.store.reading() as connection:
        load_devices(con, connection, devices=["d2"])
    identify(con)
    hold(con, day(2), devices=["d2"])
    assert con.execute("SELECT device_key FROM held").fetchall() == [("d2",)]


@pytest.mark.parametrize("word", ["d1", "S1", "s1", "u1", "front desk", " Front Desk ", "A1"])
def test_people_find_a_device_by_any_word(word: str, tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, replace(R, serial="S1", udid="U1", name="Front Desk"))
    toy.audit(2, agent(device="A1", serial="S1", at=2), replace(R, device="d2"))
    with toy.store.reading() as connection:
        assert find_devices(connection, word) == ("d1",)
        assert find_devices(connection, "nobody") == ()


def test_devices_are_listed_with_their_sources(tmp_path) -> None:
    toy = Toy(tmp_path)
    toy.audit(1, replace(R, serial="S1"), replace(R, device="d2", at=None))
    toy.audit(4, agent(serial="S1", at=3))
    with toy.store.reading() as connection:
        told = [
            (d.device_key, d.sources, d.first_seen, d.last_reported)
            for d in list_devices(connection)
        ]
        only = [d.device_key for d in list_devices(connection, ["d2"])]
    assert told == [
        ("d1", ("agent", "intune"), day(1), day(3)),
        ("d2", ("intune",), day(1), day(1)),
    ]
    assert only == ["d2"]
