"""Damaged tables: what is sound is used, what is not is rejected alone, and the sums add up."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policycheck.inventory.documents.delimited import Fault, Grammar, Sound, split_records

HEADER = b"device_id,platform,listing,kind,name,publisher,version\n"
LARGE = 90_000
"""Records that make a table too large for the careful way: DuckDB reads it, or refuses it."""


def row(number, publisher=b'"Example, Inc."'):
    return b"D%d,windows,app=all,app,App %d,%b,1.%d\n" % (
        number % 50, number, publisher, number,
    )  # fmt: skip


def table(count, **replaced):
    rows = [row(number) for number in range(1, count + 1)]
    for number, line in replaced.items():
        rows[int(number[1:]) - 1] = line
    return HEADER + b"".join(rows)


@pytest.fixture
def read_table(read, tmp_path):
    def read_bytes(content):
        path = tmp_path / "table.csv"
        path.write_bytes(content)
        return read(path)

    return read_bytes


@pytest.mark.wide
@pytest.mark.parametrize("count", [20, LARGE])
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"D1,windows,app=all,app,App\n", "5 fields, the header has 7"),
        (b"D1,windows,app=all,app,App,x,1,2\n", "8 fields, the header has 7"),
        (b'D1,windows,app=all,app,App,"x,1\n', "a quote is not closed"),
        (b'D1,windows,app=all,app,App,"x"y,1\n', "a stray quote"),
        (b"D1,windows,app=all,app,A\x00pp,x,1\n", "holds a NUL byte"),
        (b"D1,windows,app=all,app,A\xffpp,x,1\n", "holds bytes that are not UTF-8"),
        (b"D1,windows,app=all,app," + b"x" * 2_000_000 + b",x,1\n", "longer than 1048576 bytes"),
    ],
)
def test_one_bad_record_is_rejected_alone(read_table, count, line, reason):
    reading = read_table(table(count, r9=line))
    assert reading.rejected() == [(9, reason)]
    (counted,) = reading.result.inputs
    assert (counted.records, counted.rejected, counted.items) == (count, 1, count - 1)
    names = {name for (name,) in reading.items("name")}
    assert names == {f"App {number}" for number in range(1, count + 1) if number != 9}
    records = reading.items("record, name")
    assert all(name == f"App {record}" for record, name in records)


@pytest.mark.parametrize("count", [20, LARGE])
def test_an_export_cut_in_half(read_table, count):
    whole = table(count)
    reading = read_table(whole[: len(whole) // 2 + 7])
    (counted,) = reading.result.inputs
    assert counted.rejected == 1
    assert counted.records == counted.items + 1
    ((record, reason),) = reading.rejected()
    assert record == counted.records
    assert reason.endswith(("the header has 7", "is not closed"))
    # nobody knows which devices lost items, so none of the lists is complete
    assert {visibility for _, _, visibility in reading.listings()} == {"managed"}
    assert {partial for (partial,) in reading.reports("partial")} == {True}


@pytest.mark.parametrize("count", [20, LARGE])
def test_sound_tables_lose_nothing(read_table, count):
    reading = read_table(table(count, r9=b'D1,windows,app=all,app,"two\nlines","a ""b""",1\n'))
    (counted,) = reading.result.inputs
    assert (counted.records, counted.rejected, counted.items) == (count, 0, count)
    assert (9, "two\nlines", 'a "b"') in reading.items("record, name, publisher")


def test_blank_lines_are_no_records(read_table):
    reading = read_table(HEADER + b"\n" + row(1) + b"\r\n\n" + row(2) + b"\n")
    assert reading.items("record, name") == [(1, "App 1"), (2, "App 2")]


def test_line_ends_may_differ(read_table):
    content = HEADER.replace(b"\n", b"\r\n") + row(1) + row(2).replace(b"\n", b"\r\n")
    assert read_table(content).items("name") == [("App 1",), ("App 2",)]


def test_old_macintosh_line_ends(read_table):
    assert read_table((HEADER + row(1) + row(2)).replace(b"\n", b"\r")).items("name") == [
        ("App 1",), ("App 2",),
    ]  # fmt: skip


def test_a_header_alone_is_an_empty_report(read_table):
    (counted,) = read_table(HEADER).result.inputs
    assert (counted.records, counted.devices, counted.rejected) == (0, 0, 0)


DAMAGE = st.sampled_from(
    [
        lambda line: line.rsplit(b",", 1)[0] + b"\n",
        lambda line: line[:-1] + b",more\n",
        lambda line: line.replace(b'"', b"", 1),
        lambda line: line.replace(b'Inc."', b'Inc."x'),
        lambda line: line.replace(b"App", b"A\xff\xfe"),
        lambda line: line.replace(b"App", b"A\x00"),
        lambda line: line.replace(b"windows", b"windoze"),
        lambda line: line.replace(b"app=all", b"app=al"),
        lambda line: b",,,,,App,\n",
        lambda line: b"nonsense\n",
    ]
)


@pytest.mark.thorough
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(damage=st.dictionaries(st.integers(1, 40), DAMAGE, max_size=12))
def test_used_and_rejected_are_all_records(read_table, damage):
    """Damage random records: the counts reconcile, and what was not damaged is used."""
    replaced = {f"r{number}": spoil(row(number)) for number, spoil in damage.items()}
    reading = read_table(table(40, **replaced))
    (counted,) = reading.result.inputs
    assert {record for record, _ in reading.rejected()} == set(damage)
    assert counted.records == 40
    assert counted.used + counted.rejected == counted.records
    used = [(number, f"App {number}") for number in range(1, 41) if number not in damage]
    assert sorted(reading.items("record, name")) == used


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60).map(lambda noise: noise.replace(b"\r", b"")))
def test_any_bytes_are_split_into_records(noise):
    """No line is lost: every record that is not blank is sound or at fault, in order."""
    lines = [line + b"\n" for line in (b'a,"b",c\n' + noise + b'\nd,"e\nf",g').split(b"\n")]
    records = list(split_records(lines, Grammar(",", 3)))
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    spanned = sum(
        record.raw.count(b"\n") + 1 if isinstance(record, Sound) else 1 for record in records
    )
    inside = sum(
        sum(not part for part in record.raw.split(b"\n"))
        for record in records
        if isinstance(record, Sound)
    )
    assert spanned - inside <= sum(bool(line.strip(b"\n")) for line in lines)
    assert all(isinstance(record, Sound | Fault) for record in records)


@pytest.mark.parametrize(
    ("line", "accepted"),
    [
        (b"a,b,c", True), (b",,", True), (b'"a","b","c"', True), (b'"",,""', True),
        (b'a,"b,c",d', True), (b'a,"b""c",d', True), (b' "a" ,b,c', True), (b'a,b"c,d', True),
        (b"a,b", False), (b"a,b,c,d", False), (b'"a"b,c,d', False), (b'"a,b,c', False),
        (b'a,b,"c', False), (b'a,"b"", c', False), (b"a\r,b,c", False), (b"", False),
    ],
)  # fmt: skip
def test_the_grammar_of_a_record(line, accepted):
    assert Grammar(",", 3).accepts(line) is accepted


def test_unclosed_quotes_on_every_line_take_linear_time():
    lines = [b'a,"b,c\n'] * 50_000
    assert (
        sum(isinstance(record, Fault) for record in split_records(lines, Grammar(",", 3))) == 50_000
    )


@pytest.mark.wide
@pytest.mark.parametrize("count", [20, LARGE])
@pytest.mark.parametrize(
    "line",
    [
        b"D9,windows,app=all,app,WeChat\n",
        b'"D9" ,windows,app=all,app,WeChat,Tencent, Inc.,8\n',
        b'D9,windows,app=all,app,"WeChat,x,1\n',
        b"D9,windows,app=all,app,We\x00Chat,x,1\n",
        b"D9,windows,app=all,app,M\xffller,x,1\n",
    ],
)
def test_who_lost_a_record_has_no_complete_list(read_table, count, line):
    """What was lost may be the very app that is forbidden: its absence is not proven."""
    reading = read_table(table(count, r9=line, r10=row(9)))
    ((number, _),) = reading.rejected()
    assert number == 9
    partial = reading.rows("SELECT device_id FROM report WHERE partial")
    assert partial == [("D9",)]
    lists = dict(
        reading.rows("SELECT device_id, visibility FROM listing JOIN report USING (report_no)")
    )
    assert lists["D9"] == "managed"
    assert {lists[device] for device in lists if device != "D9"} == {"all"}


def test_who_lost_too_much_is_not_asked_for_names(read_table):
    """Words of lost records are kept within bounds; beyond them no list counts as complete."""
    lost = b"".join(b"D%d,a%d,b%d\n" % (number, number, number) for number in range(40_000))
    reading = read_table(HEADER + row(1) + row(2) + lost + row(3))
    assert len(reading.rejected()) == 40_000
    assert {visibility for _, _, visibility in reading.listings()} == {"managed"}


def test_a_refused_table_is_no_report_of_any_format(read_table):
    reading = read_table(HEADER.replace(b"publisher", b"name") + row(1))
    (line,) = reading.result.inputs
    assert (line.format, line.records) == ("", 0)
