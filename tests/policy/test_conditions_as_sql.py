"""Conditions and `where` as SQL: Kleene's logic on DuckDB, row by row.

The session is the engine's, for its macros. Each case is a condition as a policy writes
it, a column's values, and what is to come out for each.
"""

import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policycheck.engine.session import open_session
from policycheck.model import TABLES
from policycheck.policy.load import read_policy
from policycheck.policy.sql import column_to_sql, to_sql, version_to_sql
from policycheck.yamlfile import parse

T, F, N = True, False, None
_TYPES = {
    "text": "VARCHAR",
    "boolean": "BOOLEAN",
    "time": "TIMESTAMP",
    "list": "VARCHAR[]",
    "attributes": "MAP(VARCHAR, VARCHAR)",
}


@pytest.fixture(scope="module")
def con():
    con = open_session()
    yield con
    con.close()


def policy(selector="{app: wechat}", scope="always", indication="always", zone="UTC"):
    text = (
        "language: 1\npolicy: p\ntitle: t\nissuer: i\nstatus: active\n"
        f"timezone: {zone}\napplies_to: {scope}\ncontrols:\n"
        f"- {{id: c, clause: c, severity: low, forbid: {selector}, indication: {indication}}}\n"
    )
    read, problems = read_policy(parse(text.encode(), "p.yaml"), None)
    assert problems == []
    return read


def answers(con, tree, **columns):
    """Evaluate a tree over rows; columns as `person__type=[...]`, all others are null."""
    rows = max(map(len, columns.values()), default=1)
    results = []
    for row in range(rows):
        selects = []
        for table, known in TABLES.items():
            values = ", ".join(
                f"CAST({literal(columns.get(f'{table}__{name}', [N] * rows)[row])}"
                f" AS {_TYPES[column.type]}) AS {name}"
                for name, column in known.items()
            )
            selects.append(f"(SELECT {values}) AS {table}")
        sql = f"SELECT {tree.sql('duckdb')} FROM {', '.join(selects)}"
        results.append(con.execute(sql).fetchone()[0])
    return results


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, dict):
        pairs = ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items())
        return f"MAP {{{pairs}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, bool):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


@pytest.mark.parametrize(
    ("condition", "column", "values", "expected"),
    [
        ("{person.type: employee}", "person__type", [" Employee", "partner", N], [T, F, N]),
        ("{person.type: [a, ＢＣ]}", "person__type", ["bc", "c", N], [T, F, N]),
        ("{person.type: {not: partner}}", "person__type", ["x", "PARTNER", N], [T, F, N]),
        ("{person.type: {not: [a, b]}}", "person__type", ["x", "B", N], [T, F, N]),
        ("{device.name: {like: 'JD-*'}}", "device__name", ["jd-1", "xjd-1", N], [T, F, N]),
        ("{device.name: {like: ['a?', '*%*']}}", "device__name", ["ab", "5%", "abc"], [T, T, F]),
        ("{device.name: {like: 'a_b'}}", "device__name", ["a_b", "axb"], [T, F]),
        ("{device.managed: true}", "device__managed", [T, F, N], [T, F, N]),
        ("{device.managed: false}", "device__managed", [T, F, N], [F, T, N]),
        ("{device.managed: {not: true}}", "device__managed", [T, F, N], [F, T, N]),
        ("{device.managed: [true, false]}", "device__managed", [T, F, N], [T, T, N]),
        (
            "{device.os_version: {below: '8.0.1'}}",
            "device__os_version",
            ["8", "8.0.0.9", "8.0.1", "10", "beta", N],
            [T, T, F, F, N, N],
        ),
        (
            "{device.os_version: {at_least: '8', below: '9'}}",
            "device__os_version",
            ["7.9", "8.0", "8.99 (b)", "9", "", N],
            [F, T, T, F, N, N],
        ),
        ("{device.os_version: {at_least: '0'}}", "device__os_version", ["0.0", "x"], [T, N]),
        ("{person.groups: sales}", "person__groups", [["a", "SALES "], ["a"], [], N], [T, F, F, N]),
        ("{person.groups: {not: [a, it]}}", "person__groups", [["IT"], ["b"], [], N], [F, T, T, N]),
        ("{person.groups: {like: 's*'}}", "person__groups", [["a", "Sales"], ["a"], N], [T, F, N]),
        (
            "{device.attributes.site: hq}",
            "device__attributes",
            [{"site": "HQ"}, {"site": "b"}, {"Site": "hq"}, {}, N],
            [T, F, N, N, N],
        ),
        (
            "{device.attributes.rank: {at_least: '3'}}",
            "device__attributes",
            [{"rank": "10"}, {"rank": "2"}, {"rank": "x"}],
            [T, F, N],
        ),
        (
            "{device.reported_at: {before: 2013-08-26}}",
            "device__reported_at",
            ["2013-08-25 15:59:59.999999", "2013-08-25 16:00:00", N],
            [T, F, N],
        ),
        (
            "{device.reported_at: {after: 2013-08-26}}",
            "device__reported_at",
            ["2013-08-26 15:59:59.999999", "2013-08-26 16:00:00", N],
            [F, T, N],
        ),
        (
            "{device.reported_at: {after: '2013-08-26T09:00'}}",
            "device__reported_at",
            ["2013-08-26 01:00:00", "2013-08-26 01:00:01", N],
            [F, T, N],
        ),
        (
            "{device.reported_at: {before: '2013-08-26T09:00+02:00'}}",
            "device__reported_at",
            ["2013-08-26 06:59:59", "2013-08-26 07:00:00"],
            [T, F],
        ),
        ("always", "device__name", ["x", N], [T, T]),
        ("{}", "device__name", ["x", N], [T, T]),
    ],
)  # fmt: skip
def test_a_map_asks_one_column(con, condition, column, values, expected):
    tree = to_sql(policy(scope=condition, zone="Asia/Shanghai").applies_to)
    assert answers(con, tree, **{column: values}) == expected


def test_keys_are_anded_and_maps_ored_by_kleene(con):
    scope = "[{person.type: a, person.grade: b}, {person.title: c}]"
    tree = to_sql(policy(scope=scope).applies_to)
    got = answers(
        con,
        tree,
        person__type=["a", "a", "x", "a", "x", N],
        person__grade=["b", N, N, N, "b", N],
        person__title=["x", "x", "x", "c", N, "x"],
    )
    assert got == [T, N, F, T, N, N]


@pytest.mark.parametrize(
    ("spec", "versions", "expected"),
    [
        ("'>=8.0.30,<9'", ["8.0.30", "8.0.29", "9.0", "10", "x", N], [T, F, F, F, N, N]),
        ("['<2', '>=9']", ["1", "2", "9.0", "x"], [T, F, T, N]),
        ("'8.0'", ["8", "8.0.0", "8.1"], [T, T, F]),
        ("'!=8'", ["8.0", "9", N], [F, T, N]),
        ("'==0'", ["0", "0.0", "0.1"], [T, T, F]),
        ("1.10", ["1.1", "1.10"], [F, T]),
    ],
)
def test_versions_are_ordered_by_their_numbers(con, spec, versions, expected):
    (term,) = policy(selector=f"{{app: wechat, version: {spec}}}").controls[0].demand.selector
    assert answers(con, version_to_sql(term.versions), item__version=versions) == expected
    told = [
        T if T in each else (F if set(each) == {F} else N)
        for each in ([spec.matches(version) for spec in term.versions] for version in versions)
    ]
    assert told == expected


@pytest.mark.parametrize(
    ("expression", "columns", "expected"),
    [
        ("person.type = ' EMPLOYEE'", {"person__type": ["employee", "x", N]}, [T, F, N]),
        ("person.type <> 'x'", {"person__type": ["employee", "X", N]}, [T, F, N]),
        ("NOT person.type = 'x'", {"person__type": ["employee", "X", N]}, [T, F, N]),
        ("person.type NOT IN ('a', 'b')", {"person__type": ["c", "B", N]}, [T, F, N]),
        ("item.name LIKE 'we%'", {"item__name": ["WeChat", "chat", N]}, [T, F, N]),
        ("item.name NOT LIKE 'we%'", {"item__name": ["WeChat", "chat", N]}, [F, T, N]),
        ("item.path LIKE 'c:\\%'", {"item__path": ["C:\\x", "c:x"]}, [T, F]),
        ("item.name LIKE '微信_'", {"item__name": ["微信8", "微信"]}, [T, F]),
        ("upper(item.name) = 'wechat'", {"item__name": ["WeChat", N]}, [T, N]),
        (
            "item.name = item.publisher",
            {"item__name": ["A", "a"], "item__publisher": ["a", N]},
            [T, N],
        ),
        ("has(person.groups, 'Sales')", {"person__groups": [["sales"], [], N]}, [T, F, N]),
        ("attribute(device, 'x') = 'y'", {"device__attributes": [{"x": "Y"}, {}, N]}, [T, N, N]),
        ("device.attributes.x = 'y'", {"device__attributes": [{"x": "Y"}, {}, N]}, [T, N, N]),
        ("version_at_least(item.version, '8')", {"item__version": ["8", "7", "x"]}, [T, F, N]),
        ("version_at_least('8', item.version)", {"item__version": ["8.0", "9"]}, [T, F]),
        ("coalesce(person.type, 'X') = 'x'", {"person__type": [N, "a"]}, [T, F]),
        ("coalesce(item.system, false)", {"item__system": [T, N]}, [T, F]),
        ("item.system", {"item__system": [T, F, N]}, [T, F, N]),
        ("item.system = false", {"item__system": [T, F, N]}, [F, T, N]),
        (
            "item.system AND (device.managed OR person.type = 'a')",
            {"item__system": [T, T, F, T], "device__managed": [N, N, N, F],
             "person__type": ["a", "b", N, N]},
            [T, N, F, N],
        ),
        (
            "item.installed_at >= '2013-08-26' AND item.installed_at <= '2013-08-26'",
            {"item__installed_at": ["2013-08-25 15:59:59", "2013-08-25 16:00:00",
                                    "2013-08-26 15:59:59", "2013-08-26 16:00:00", N]},
            [F, T, T, F, N],
        ),
        (
            "'2013-08-26' < item.installed_at",
            {"item__installed_at": ["2013-08-26 15:59:59", "2013-08-26 16:00:00"]},
            [F, T],
        ),
        (
            "item.installed_at < '2013-08-26T00:00+00:00'",
            {"item__installed_at": ["2013-08-25 23:59:59", "2013-08-26 00:00:00"]},
            [T, F],
        ),
        (
            "item.installed_at < item.last_used_at",
            {"item__installed_at": ["2013-08-25"], "item__last_used_at": ["2013-08-26"]},
            [T],
        ),
    ],
)  # fmt: skip
def test_where_answers_by_kleene(con, expression, columns, expected):
    selector = f"{{where: {json.dumps(expression)}}}"
    (term,) = policy(selector=selector, zone="Asia/Shanghai").controls[0].demand.selector
    assert answers(con, to_sql(term.where), **columns) == expected
    named = {name.replace(".", "__", 1).split(".")[0] for name in term.where.columns}
    assert set(columns) == named


def test_a_where_that_reads_the_catalogue_says_so():
    known = policy(selector="{where: \"app.vendor = 'x' AND item.system\"}")
    assert known.controls[0].demand.selector[0].where.uses_app
    unknown = policy(selector='{where: "item.system"}')
    assert not unknown.controls[0].demand.selector[0].where.uses_app


def test_every_column_can_be_asked_for_its_null(con):
    for table, columns in TABLES.items():
        for name, column in columns.items():
            full = f"{table}.{name}" + (".x y" if column.type == "attributes" else "")
            assert answers(con, column_to_sql(full)) == [None]


_WORDS = st.sampled_from(
    ["person.type", "item.system", "item.version", "person.groups", "item.installed_at",
     "device.attributes.x", "app.vendor", "'a'", "'8.1'", "'2013-08-26'", "true", "false",
     "AND", "OR", "NOT", "IN", "LIKE", "=", "<>", "<", ">=", "(", ")", ",", "has(", "trim(",
     "attribute(device, 'x')", "version_at_least(", "coalesce("]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(words=st.lists(_WORDS, max_size=12))
def test_any_words_are_refused_or_run(con, words):
    text = " ".join(words)
    document = parse(
        f"language: 1\npolicy: p\ntitle: t\nissuer: i\nstatus: active\napplies_to: always\n"
        f"controls:\n- {{id: c, clause: c, severity: low, forbid: {{where: {json.dumps(text)}}}}}"
        .encode(),
        "p.yaml",
    )  # fmt: skip
    read, problems = read_policy(document, None)
    assert (read is None) == bool(problems)
    if read is not None:
        answers(con, to_sql(read.controls[0].demand.selector[0].where))


def test_a_long_chain_does_not_exhaust_the_stack(con):
    text = " OR ".join(["item.system"] * 130)
    (term,) = policy(selector=f'{{where: "{text}"}}').controls[0].demand.selector
    assert answers(con, to_sql(term.where), item__system=[T]) == [T]


def test_times_are_utc_whatever_the_zone():
    scope = policy(scope="{device.reported_at: {before: 2013-08-26}}", zone="Asia/Shanghai")
    assert scope.applies_to.values == (datetime.fromisoformat("2013-08-25T16:00+00:00"),)
