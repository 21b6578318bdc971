"""Our own format, as JSON lines, CSV and Parquet: each column arrives, each bad value is named."""

import json
from datetime import datetime

import duckdb
import pytest

from policycheck.model import DEVICE_COLUMNS, ITEM_COLUMNS


def write_lines(path, *devices):
    path.write_text(
        "".join(
            device if isinstance(device, str) else json.dumps(device) + "\n" for device in devices
        ),
        encoding="utf-8",
    )
    return path


def write_csv(path, header, *rows):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_lines_fill_every_column(read, files):
    reading = read(files / "own.ndjson")
    full, partial, bare = reading.devices()
    assert full == {
        "report_no": 1, "input_no": 1, "part": 0, "device_ref": "1/DEV-0001", "record": 1,
        "source": "policycheck", "partial": False,
        "device_id": "DEV-0001", "name": "李娜的手机", "serial": "TESTSER0001",
        "udid": "00000000-1111-4222-8333-444444444444", "platform": "android", "form": "phone",
        "os_version": "14", "manufacturer": "Example", "model": "Phone 1",
        "ownership": "corporate", "managed": True, "user_id": "li.na@example.cn",
        "reported_at": datetime(2026, 11, 1, 8, 30), "received_at": datetime(2026, 11, 22, 12),
        "attributes": {"site": "Beijing", "floor": "3"},
    }  # fmt: skip
    assert set(DEVICE_COLUMNS) <= set(full)
    assert (partial["platform"], partial["partial"], partial["source"]) == (
        "windows", True, "agent-x",
    )  # fmt: skip
    assert bare["serial"] == "TESTSER0003"
    assert "device_id" not in bare
    assert reading.listings() == [
        (1, "app", "all"),
        (1, "browser_extension", "managed"),
        (2, "app", "managed"),  # a null visibility
    ]


def test_lines_fill_every_item_column(read, files):
    memo, wechat = read(files / "own.ndjson").items(", ".join(["record", *ITEM_COLUMNS]))
    assert wechat == (
        1, "app", "com.tencent.mm", "android_package", "微信", "8.10", "腾讯", "aa:bb", "store",
        "personal", False, "0", "/data/app/com.tencent.mm", datetime(2026, 1, 2),
        datetime(2026, 10, 31, 8), "communication", {"clone": "no"},
    )  # fmt: skip
    assert memo[1:5] == ("app", None, None, "备忘录")  # an item without a kind is an app


def test_a_part_has_the_promised_columns_in_order(read, files):
    reading = read(files / "own.ndjson")
    described = reading.rows(f"DESCRIBE FROM read_parquet('{reading.result.parts[0]}')")
    types = {"text": "VARCHAR", "boolean": "BOOLEAN", "time": "TIMESTAMP",
             "attributes": "MAP(VARCHAR, VARCHAR)"}  # fmt: skip
    assert [row[:2] for row in described] == [
        ("device_ref", "VARCHAR"),
        ("record", "BIGINT"),
        *((name, types[column.type]) for name, column in ITEM_COLUMNS.items()),
    ]


def test_the_report_table_has_the_promised_columns_in_order(read, files):
    described = read(files / "own.ndjson").rows("DESCRIBE report")
    assert [row[0] for row in described] == [
        "report_no", "input_no", "part", "device_ref", "record", "source", "partial",
        *DEVICE_COLUMNS,
    ]  # fmt: skip


def test_csv_says_what_its_columns_say(read, files):
    reading = read(files / "own.csv")
    desk, empty = reading.devices()
    assert (desk["name"], desk["platform"], desk["ownership"], desk["managed"]) == (
        "Front desk", "windows", "corporate", True,
    )  # fmt: skip
    assert desk["attributes"] == {"site": "Shanghai"}
    assert "reported_at" not in empty  # 1970 is a placeholder
    assert "attributes" not in empty
    assert reading.items("record, kind, name, system, installed_at, attributes") == [
        (1, "app", "WeChat", False, datetime(2026, 2, 3), {"track": "beta"}),
        (2, "web_app", "Example IM", None, None, None),
    ]
    assert reading.listings() == [(1, "app", "all"), (1, "web_app", "managed"), (2, "app", "all")]
    (line,) = reading.result.inputs
    assert (line.devices, line.items, line.records, line.rejected) == (2, 2, 3, 0)
    assert (line.format, line.encoding) == ("policycheck-table", "UTF-8")


AMBIGUOUS = [("a/b", "c"), ("a", "b/c"), ("", "a/b/c"), ("", "/1/a/b"), ("a", "b"), ("1", "/a/b")]


def test_a_source_and_an_id_never_read_as_another_source_and_id(read, tmp_path):
    lines = write_lines(
        tmp_path / "own.ndjson",
        *({"device_id": i, "source": s, "items": [{"name": s + i}]} for s, i in AMBIGUOUS),
    )
    table = write_csv(
        tmp_path / "own.csv",
        "device_id,source,platform,name",
        *(f"{identity},{source},,{source + identity}" for source, identity in AMBIGUOUS),
    )
    for path in (lines, table):
        reading = read(path)
        told = reading.rows("SELECT coalesce(source, ''), device_id FROM report ORDER BY report_no")
        ours = [(source or "policycheck", identity) for source, identity in AMBIGUOUS]
        assert told == ours
        assert len(reading.items("name")) == len(AMBIGUOUS)


def test_parquet_is_the_same_table(read, files, tmp_path):
    path = tmp_path / "own.parquet"
    with duckdb.connect() as con:
        con.execute(
            "COPY (SELECT * REPLACE (installed_at::DATE AS installed_at, system::BOOLEAN AS system)"
            f" FROM read_csv('{files / 'own.csv'}', all_varchar=true)) TO '{path}'"
        )
    ours, theirs = read(path), read(files / "own.csv")
    columns = ", ".join(["record", *ITEM_COLUMNS])
    assert ours.items(columns) == theirs.items(columns)
    assert ours.listings() == theirs.listings()
    columns = ", ".join(DEVICE_COLUMNS)
    assert ours.reports(columns) == theirs.reports(columns)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("platform", "windoze", "platform is 'windoze', expected one of android, ios, ipados,"),
        ("form", "mobile", "form is 'mobile', expected one of phone, tablet,"),
        ("ownership", "corprate", "ownership is 'corprate', expected one of corporate,"),
        ("managed", "maybe", "managed is 'maybe', expected true or false"),
        ("reported_at", "yesterday", "reported_at is 'yesterday', expected a time as 2026-"),
        ("reported_at", "03/04/2026", "reported_at is '03/04/2026', expected a time as 2026-"),
        ("kind", "apps", "kind is 'apps', expected one of app, browser_extension,"),
        ("identifier_type", "bundle", "identifier_type is 'bundle', expected one of"),
        ("profile", "private", "profile is 'private', expected one of work, personal, clone"),
        ("system", "2", "system is '2', expected true or false"),
        ("listing", "app:all", "listing is 'app:all', expected KIND=VISIBILITY;... with app,"),
        ("listing", "app=some", "listing is 'app=some', expected KIND=VISIBILITY;..."),
        ("partial", "half", "partial is 'half', expected true or false"),
    ],
)
def test_a_wrong_word_rejects_its_record(read, tmp_path, column, value, reason):
    header = ["device_id", "name", "kind"]
    row = ["D1", "App", "app"]
    if column in header:
        row[header.index(column)] = value
    else:
        header.append(column)
        row.append(value)
    good = ["D2", "App", "app", ""][: len(header)]
    lines = ",".join(header), ",".join(row), ",".join(good)
    reading = read(write_csv(tmp_path / "bad.csv", *lines))
    ((record, told),) = reading.rejected()
    assert record == 1
    assert told.startswith(reason)
    assert [name for (name,) in reading.reports("device_id")] == ["D2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T08:30:00Z", datetime(2026, 3, 1, 8, 30)),
        ("2026-03-01T08:30:00+08:00", datetime(2026, 3, 1, 0, 30)),
        ("2026-03-01 08:30:00.1234567-05:00", datetime(2026, 3, 1, 13, 30, 0, 123456)),
        ("2026-03-01T08:30:00", datetime(2026, 3, 1, 8, 30)),  # without a zone: UTC
        ("2026-03-01", datetime(2026, 3, 1)),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59.9999999Z", None),
        ("Not present", None),
        ("--", None),
        ("  ", None),
    ],
)
def test_times_are_utc_and_placeholders_are_null(read, tmp_path, text, expected):
    path = write_csv(tmp_path / "times.csv", "device_id,platform,reported_at", f"D1,ios,{text}")
    reading = read(path)
    assert reading.rejected() == []
    assert reading.reports("reported_at") == [(expected,)]


def test_a_device_is_named_by_its_best_identity(read, tmp_path):
    path = write_csv(
        tmp_path / "names.csv",
        "device_id,serial,udid,device_name,kind,name",
        ",S1,,PC,app,A",
        ",S1,,PC,app,B",
        ",,U1,PC,app,C",
        ",,,PC,app,D",
        ",To Be Filled By O.E.M.,,Other,app,E",
        ",0,,,app,F",
    )
    reading = read(path)
    assert reading.reports("serial, udid, name") == [
        ("S1", None, "PC"), (None, "U1", "PC"), (None, None, "PC"), (None, None, "Other"),
    ]  # fmt: skip
    assert reading.rejected() == [(6, "no device_id, serial, udid or device_name")]


def test_an_item_needs_a_name(read, tmp_path):
    path = write_csv(tmp_path / "x.csv", "device_id,kind,name,version", "D1,app,,1.0", "D1,app,A,")
    assert read(path).rejected() == [(1, "an item needs an identifier or a name")]


def test_a_device_that_lost_a_row_no_longer_lists_all(read, tmp_path):
    path = write_csv(
        tmp_path / "x.csv",
        "device_id,listing,kind,name,system",
        "D1,app=all,app,A,perhaps",
        "D1,app=all,app,B,",
        "D2,app=all,app,B,",
    )
    reading = read(path)
    assert reading.reports("device_id, partial") == [("D1", True), ("D2", False)]
    assert reading.listings() == [(1, "app", "managed"), (2, "app", "all")]


def test_columns_that_are_not_ours_are_named(read, tmp_path):
    header = "device_id,platfrom,name,kind,asset no"
    path = write_csv(tmp_path / "x.csv", header, "D1,ios,A,app,7")
    problems = read(path).result.problems
    assert [(problem.severity, problem.message, problem.hint) for problem in problems] == [
        ("warning", f"{path} has a column 'asset no' that is not ours; it was not read",
         "call it device.attributes.NAME"),
        ("warning", f"{path} has a column 'platfrom' that is not ours; it was not read",
         "did you mean 'platform'?"),
    ]  # fmt: skip


def test_keys_that_are_not_ours_are_named(read, tmp_path):
    path = write_lines(
        tmp_path / "x.ndjson", {"device_id": "D", "items": [{"name": "A", "verson": 1}]}
    )
    (problem,) = read(path).result.problems
    assert (problem.severity, problem.hint) == ("warning", "did you mean 'items.version'?")


def test_records_that_disagree_on_a_device_are_told(read, tmp_path):
    path = write_csv(
        tmp_path / "x.csv", "device_id,platform,kind,name",
        "D,ios,app,A", "D,macos,app,B", "E,,app,A", "E,ios,app,B",
    )  # fmt: skip
    reading = read(path)
    assert reading.reports("platform") == [("ios",), ("ios",)]
    (problem,) = reading.result.problems
    assert problem.message == f"{path} disagrees with itself: 1 device has more than one platform"


def test_the_newest_line_of_a_device_counts(read, tmp_path):
    path = write_lines(
        tmp_path / "x.ndjson",
        {"device_id": "D", "reported_at": "2026-03-02T00:00:00Z", "items": [{"name": "New"}]},
        {"device_id": "D", "reported_at": "2026-03-01T00:00:00Z", "items": [{"name": "Old"}]},
        {"device_id": "D", "source": "agent", "items": [{"name": "Other"}]},
    )
    reading = read(path)
    assert reading.items("name") == [("New",), ("Other",)]
    assert reading.rejected() == [(2, "record 1 is a newer report of the same device")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense\n", "is not JSON: expecting value"),
        ('["D1"]\n', "is not an object"),
        ('{"device_id":"D1","items":{}}\n', "items is not a list"),
        ('{"device_id":"D1","items":["A"]}\n', "items[0] is not an object"),
        ('{"device_id":"D1","items":[{"name":["A"]}]}\n',
         "items[0].name is not a text, a number or a boolean"),
        ('{"device_id":"D1","items":[{"version":"1"}]}\n',
         "items[0] needs an identifier or a name"),
        ('{"device_id":"D1","items":[{"name":"A","kind":"apps"}]}\n', "kind is 'apps', expected"),
        ('{"device_id":"D1","listing":"app=all"}\n', 'listing is not an object such as {"app":'),
        ('{"device_id":"D1","listing":{"apps":"all"}}\n', "listing is 'apps=all', expected"),
        ('{"device_id":"D1","attributes":{"a":{}}}\n', "attributes.a is not a text"),
        ('{"name":"\\u0000"}\n', "holds a NUL character"),
        ('{"device_id":"\\ud800"}\n', "holds half a character (a lone surrogate)"),
        ('{"platform":"ios"}\n', "no device_id, serial, udid or name"),
        ("[" * 100_000 + "\n", "is nested too deeply"),
        ('{"device_id":"D1","name":"' + "x" * 300_000 + '"}\n',
         "device is longer than 262144 characters"),
        ('{"device_id":"cut', "is not JSON: unterminated string starting at"),
    ],
)  # fmt: skip
def test_a_bad_line_is_rejected_alone(read, tmp_path, line, reason):
    good = {"device_id": "GOOD", "platform": "ios", "items": []}
    reading = read(write_lines(tmp_path / "x.ndjson", good, line))
    ((record, told),) = reading.rejected()
    assert record == 2
    assert told.startswith(reason)
    assert reading.reports("device_id") == [("GOOD",)]
    assert reading.result.inputs[0].records == 2


def test_odd_names_are_kept_as_data(read, tmp_path):
    names = ["\x1b[31mred", "=cmd|' /C calc'!A0", "x" * 10_000, 'a "b", c', "two\nlines", "'; DROP"]
    path = write_lines(
        tmp_path / "x.ndjson",
        {
            "device_id": "D",
            "items": [{"identifier": str(n), "name": name} for n, name in enumerate(names)],
        },
    )  # fmt: skip
    assert [name for _, name in sorted(read(path).items("identifier, name"))] == names


def test_an_attribute_may_have_any_name(read, tmp_path):
    header = """device_id,kind,name,"item.attributes.it's; DROP","device.attributes.a""b\""""
    reading = read(write_csv(tmp_path / "x.csv", header, "D,app,A,1,2"))
    assert reading.items("attributes") == [({"it's; DROP": "1"},)]
    assert reading.reports("attributes") == [({'a"b': "2"},)]


@pytest.mark.parametrize("character", ["x", '"', "\x01", "微", "😀", "\n"])
def test_the_longest_line_never_breaks_the_scan(read, tmp_path, character):
    path = write_lines(
        tmp_path / "x.ndjson",
        {
            "device_id": "D",
            "platform": "ios",
            "name": character * 262_000,
            "attributes": {"a": character * 131_000},
            "items": [{"identifier": "i", "name": character * 262_000}],
        },
    )
    reading = read(path)
    assert reading.rejected() == []
    assert reading.items("identifier") == [("i",)]


@pytest.mark.parametrize("character", ["x", '"', "\x01", "微", "😀"])
def test_the_longest_record_never_breaks_the_scan(read, tmp_path, character):
    usual = [f"D,app,{number},Usual App" for number in range(300)]
    written = character.replace('"', '""')
    room = (1_048_576 - len('D,app,i,""')) // len(written.encode())
    header = "device_id,kind,identifier,name"
    path = write_csv(tmp_path / "x.csv", header, *usual, f'D,app,i,"{written * room}"')
    reading = read(path)
    assert reading.rejected() == []
    assert reading.result.inputs[0].items == 301


@pytest.mark.parametrize("key", ["source", "partial"])
def test_long_words_are_refused(read, tmp_path, key):
    path = write_lines(tmp_path / "x.ndjson", {"device_id": "D", "items": [], key: "x" * 1001})
    assert read(path).rejected() == [(1, f"{key} is longer than 1000 characters")]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('{"device_id": "D", "items": [{"name": "WeChat"}], "items": []}', "items"),
        ('{"device_id": "D", "items": [{"name": "WeChat", "name": "Notes"}]}', "name"),
    ],
)
def test_a_key_that_stands_twice_rejects_the_line(read, tmp_path, line, key):
    path = tmp_path / "x.ndjson"
    path.write_text(f'{{"device_id": "E", "items": []}}\n{line}\n')
    assert read(path).rejected() == [(2, f"says '{key}' twice")]


@pytest.mark.parametrize(
    "text", ['[{"device_id": "d", "items": []}]', '{\n"device_id": "d",\n"items": []\n}']
)
def test_one_document_instead_of_lines_is_refused_once(read, tmp_path, text):
    reading = read(write_lines(tmp_path / "own.json", text))
    (problem,) = reading.result.problems
    assert "each device has a line of its own" in problem.message


def test_excel_says_by_which_sign_fields_are_parted(read, tmp_path):
    reading = read(
        write_csv(tmp_path / "own.csv", "sep=;", "device_id;platform;name", "d;ios;微信")
    )
    assert reading.items("record, name") == [(1, "微信")]


@pytest.mark.parametrize(
    ("header", "ambiguous"),
    [
        ("serial,name,platform", True),
        ("serial,name,version,manufacturer,model", True),
        ("device_id,serial,name,os_version", True),
        ("serial,name,version,publisher", False),
        ("serial,name,version", False),
        ("serial,name,platform,listing", False),
        ("serial,name,platform,device_name", False),
        ("device_id,platform,name", False),
    ],
)
def test_a_list_of_devices_is_not_taken_for_items(read, tmp_path, header, ambiguous):
    row = ",".join("app=all" if name == "listing" else f"{name}-1" for name in header.split(","))
    (tmp_path / "x.csv").write_text(f"{header}\n{row}\n".replace("platform-1", "windows"))
    reading = read(tmp_path / "x.csv")
    messages = [problem.message for problem in reading.result.problems]
    assert any("is it a list of devices?" in message for message in messages) == ambiguous
    assert (reading.items("name") == []) == ambiguous
