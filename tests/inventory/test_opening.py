"""Encodings, compression, archives, folders and globs: the same rows whatever they come in."""

import gzip
import hashlib
import io
import os
import zipfile
import zlib
from datetime import UTC, datetime

import duckdb
import pytest

from policycheck.inventory.files.opening import Opener
from policycheck.inventory.files.paths import expand_paths
from policycheck.inventory.read import read_reports

TEXT = "device_id,platform,kind,name\nD1,windows,app,微信\nD2,windows,app,易信\n"
ROWS = [("D1", "微信"), ("D2", "易信")]


def rows(reading):
    return [(ref.split("/")[-1], name) for ref, name in reading.items("device_ref, name")]


@pytest.mark.parametrize(
    ("encoding", "mark", "told"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8"),
        ("utf-16-le", b"\xff\xfe", "UTF-16LE"),
        ("utf-16-be", b"\xfe\xff", "UTF-16BE"),
        ("utf-16-le", b"", "UTF-16LE"),
        ("utf-16-be", b"", "UTF-16BE"),
        ("gb18030", b"", "GB18030"),
    ],
)
def test_encodings(read, tmp_path, encoding, mark, told):
    path = tmp_path / "x.csv"
    path.write_bytes(mark + TEXT.encode(encoding))
    reading = read(path)
    assert rows(reading) == ROWS
    assert reading.result.inputs[0].encoding == told


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_large_files_are_decoded_too(read, tmp_path, encoding):
    """GB18030 shows itself late: beyond the first bytes everything is ASCII."""
    head = "device_id,platform,kind,name\n"
    body = "".join(f"D{number % 9},windows,app,Plain App {number}\n" for number in range(200_000))
    path = tmp_path / "x.csv"
    path.write_bytes((head + body + "D1,windows,app,微信\n" * 50).encode(encoding))
    reading = read(path)
    (line,) = reading.result.inputs
    assert (line.records, line.rejected, line.items) == (200_050, 0, 200_050)
    names = reading.rows(
        f"SELECT count(*) FROM read_parquet('{reading.result.parts[1]}') WHERE name = '微信'"
    )
    assert names == [(50,)]


def test_a_damaged_utf8_file_is_not_taken_for_gb18030(read, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(TEXT.encode() + b"D3,windows,app,M\xfcller\n")
    reading = read(path)
    assert rows(reading) == ROWS
    assert reading.rejected() == [(3, "holds bytes that are not UTF-8")]


def test_half_a_character_at_the_end_of_utf16(read, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xff\xfe" + TEXT.encode("utf-16-le")[:-3])
    reading = read(path)
    assert rows(reading) == ROWS[:1]
    assert reading.rejected() == [(2, "holds bytes that are not UTF-16LE")]


def packed(content, name):
    if name.endswith(".gz"):
        return gzip.compress(content)
    if name.endswith(".ocs"):
        return zlib.compress(content)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export/report.csv", content)
        archive.writestr("export/", "")
        archive.writestr("__MACOSX/._report.csv", "x")
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["x.gz", "x.ocs", "x.zip", "named.csv"])
def test_compression_is_told_by_content(read, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(packed(TEXT.encode(), name if name != "named.csv" else "x.gz"))
    reading = read(path)
    assert rows(reading) == ROWS
    (line,) = reading.result.inputs
    assert line.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert line.path == (f"{path}/export/report.csv" if name == "x.zip" else str(path))


def test_large_compressed_files(read, tmp_path):
    text = "device_id,platform,kind,name\n" + "".join(
        f"D{number % 9},windows,app,App {number}\n" for number in range(200_000)
    )
    for name in ("x.gz", "x.zip"):
        path = tmp_path / name
        path.write_bytes(packed(text.encode(), name))
        (line,) = read(path).result.inputs
        assert (line.records, line.rejected) == (200_000, 0)
        assert line.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_gzip_of_several_members_and_padding(read, tmp_path):
    head, rest = TEXT.encode()[:40], TEXT.encode()[40:]
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(head) + gzip.compress(rest) + b"\0" * 9)
    assert rows(read(path)) == ROWS


def test_a_zip_with_several_reports(read, files, tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("intune_apps.csv", "intune_devices.csv", "own.ndjson"):
            archive.write(files / name, name)
        archive.writestr("readme.txt", "hello")
    reading = read(path)
    told = [(line.path.removeprefix(f"{path}/"), line.format) for line in reading.result.inputs]
    assert told == [
        ("intune_apps.csv", "intune"), ("intune_devices.csv", "intune"),
        ("own.ndjson", "policycheck-lines"), ("readme.txt", ""),
    ]  # fmt: skip
    member = hashlib.sha256((files / "own.ndjson").read_bytes()).hexdigest()
    assert reading.result.inputs[2].sha256 == member
    (problem,) = reading.result.problems
    assert problem.message.startswith(f"{path}/readme.txt is of no known format")


def test_a_cut_gzip_keeps_what_came_before(read, tmp_path):
    text = "device_id,platform,listing,kind,name\n" + "".join(
        f"D{number},windows,app=all,app,{hashlib.sha256(b'%d' % number).hexdigest()}\n"
        for number in range(3000)
    )
    path = tmp_path / "x.csv.gz"
    whole = gzip.compress(text.encode())
    path.write_bytes(whole[: len(whole) // 2])
    reading = read(path)
    (line,) = reading.result.inputs
    assert line.records > 1000
    assert line.rejected <= 1
    assert {visibility for _, _, visibility in reading.listings()} == {"managed"}
    (problem,) = reading.result.problems
    assert problem.severity == "warning"


@pytest.mark.parametrize("name", ["x.gz", "x.zip"])
def test_a_bomb_is_refused(read, tmp_path, name):
    path = tmp_path / name
    nothing = b"\0" * (1 << 20)
    if name == "x.gz":
        with gzip.open(path, "wb", compresslevel=1) as handle:
            for _ in range(600):
                handle.write(nothing)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:  # noqa: SIM117
            with archive.open("report.csv", "w") as handle:
                for _ in range(600):
                    handle.write(nothing)
    reading = read(path)
    (problem,) = reading.result.problems
    assert "a bomb, not a report" in problem.message
    assert reading.result.inputs[0].format == ""


def test_names_that_are_patterns_are_files(read, tmp_path):
    large = "device_id,platform,kind,name\n" + "D1,ios,app,A\n" * 400_000
    for name in ("a[1]*?.csv", "it's.csv"):
        path = tmp_path / name
        path.write_text(large)
        (line,) = read(path).result.inputs
        assert line.items == 400_000


def test_folders_and_globs(tmp_path):
    for name in ("b.csv", "a.csv", ".hidden", "c.csv.part", "d.tmp", "sub/e.csv", ".git/f.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")

    def found(*paths):
        return [str(path.relative_to(tmp_path)) for path in expand_paths(paths)]

    assert found(tmp_path) == ["a.csv", "b.csv", "sub/e.csv"]
    assert found(tmp_path / "*.csv") == ["a.csv", "b.csv"]
    assert found(tmp_path / "d.tmp") == ["d.tmp"]  # it was asked for by name
    assert found(tmp_path / "b.csv", tmp_path) == ["b.csv", "a.csv", "sub/e.csv"]  # once each
    assert found(tmp_path / "none") == ["none"]


def test_many_small_files_are_one_batch(read, tmp_path):
    for number in range(300):
        (tmp_path / f"{number}.csv").write_text(
            f"device_id,platform,kind,name\nD{number},ios,app,A\n"
        )
        (tmp_path / f"{number}.json").write_text(f'{{"device_id":"J{number}","items":[]}}\n')
    reading = read(tmp_path / "*.*")
    assert len(reading.result.inputs) == 600
    assert len(reading.result.parts) == 2  # not one for each file
    assert reading.rows("SELECT count(*) FROM report") == [(600,)]


def test_progress_counts_every_byte(files, tmp_path):
    path = tmp_path / "large.csv"
    path.write_text("device_id,platform,kind,name\n" + "D1,ios,app,A\n" * 400_000)
    told = []
    folder = tmp_path / "out"
    folder.mkdir()
    with duckdb.connect() as con:
        paths = [path, files / "own.ndjson"]
        moment = datetime(2026, 11, 22, tzinfo=UTC)
        read_reports(paths, con, folder, moment, lambda done, total: told.append((done, total)))
    size = path.stat().st_size + (files / "own.ndjson").stat().st_size
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_member_that_points_out_of_its_archive_is_read_all_the_same(read, tmp_path):
    """Nobody unpacks it to its name; to skip it would lose its devices without a word."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../etc/report.csv", TEXT)
        archive.writestr(".hidden.csv", TEXT)
    assert rows(read(path)) == ROWS


def test_many_small_bombs_are_one(read, tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.csv", TEXT.encode() + b"0" * (30 << 20))
    reading = read(path)
    assert [line.format != "" for line in reading.result.inputs] == [True, True, False, False]
    errors = [p.message for p in reading.result.problems if p.severity == "error"]
    assert len(errors) == 2
    assert all("a bomb, not a report" in message for message in errors)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_is_told_and_the_others_are_read(read, tmp_path, method):
    path = tmp_path / "x.zip"
    noise = "".join(hashlib.sha256(b"%d" % number).hexdigest() for number in range(2000))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", noise, method)
        archive.writestr("b.csv", TEXT)
    packed_bytes = bytearray(path.read_bytes())
    packed_bytes[500:600] = b"\xff" * 100
    path.write_bytes(packed_bytes)
    reading = read(path)
    assert rows(reading) == ROWS
    assert reading.result.problems[0].message.startswith(f"{path}/a.csv is damaged")


def test_what_is_no_ordinary_file_is_refused_unread(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    ((path, sha256, found),) = Opener(duckdb.connect(), tmp_path, lambda size: None).open(pipe)
    assert (path, sha256, found.message) == (str(pipe), "", "is no ordinary file")


def write_late(form, size):
    """Return a report in which nothing but the last record is more than ASCII."""
    if form == "csv":
        rows = (f"D{number % 9},windows,app,Plain App {number}" for number in range(size))
        return "\n".join(["device_id,platform,kind,name", *rows, "D-X,windows,app,微信电脑版\n"])
    rows = (f'{{"device_id":"P{n}","items":[{{"name":"Plain App {n}"}}]}}' for n in range(size))
    return "\n".join([*rows, '{"device_id":"D-X","items":[{"name":"微信电脑版"}]}\n'])


@pytest.mark.parametrize("form", ["csv", "ndjson"])
@pytest.mark.parametrize("size", [20_000, 150_000])
def test_gb18030_that_shows_itself_late(read, tmp_path, form, size):
    """So far that no first look finds it, in files that stay in memory and in those that do not."""
    path = tmp_path / "x"
    path.write_bytes(write_late(form, size).encode("gb18030"))
    reading = read(path)
    (line,) = reading.result.inputs
    assert (line.encoding, reading.rejected()) == ("GB18030", [])
    found = reading.items("record, device_ref, name")
    assert [name for _, ref, name in found if ref.endswith("D-X")] == ["微信电脑版"]


@pytest.mark.parametrize("times", [1, 60_000])
def test_one_bad_byte_costs_a_gb18030_table_one_record(read, tmp_path, times):
    text = "device_id,platform,kind,name\n" + "D1,windows,app,企业微信文档\n" * times
    bad = "D2,windows,app,飞书".encode("gb18030") + b"\xff\n"
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode("gb18030") + bad + "D3,windows,app,钉钉会议\n".encode("gb18030"))
    reading = read(path)
    assert reading.rejected() == [(times + 1, "holds bytes that are not GB18030")]
    assert {name for (name,) in reading.items("name")} == {"企业微信文档", "钉钉会议"}
    assert reading.result.inputs[0].encoding == "GB18030"


@pytest.mark.parametrize("times", [1, 100_000])
def test_western_letters_are_not_taken_for_gb18030(read, tmp_path, times):
    path = tmp_path / "x.csv"
    text = "device_id,platform,kind,name\n" + "D0,windows,app,Teams\n" * times
    text += "D1,windows,app,Café du Théâtre\nD2,windows,app,Zoé\nD3,windows,app,Größe\n"
    path.write_bytes(text.encode("cp1252"))
    reading = read(path)
    assert reading.result.inputs[0].encoding == "windows-1252"
    assert reading.items("name")[-3:] == [("Café du Théâtre",), ("Zoé",), ("Größe",)]
    assert reading.rejected() == []


@pytest.mark.parametrize("name", ["Zoé", "Büro"])
def test_a_single_strange_byte_may_be_damage(read, tmp_path, name):
    path = tmp_path / "x.csv"
    path.write_bytes(f"device_id,platform,kind,name\nD1,windows,app,{name}\n".encode("cp1252"))
    reading = read(path)
    assert reading.result.inputs[0].encoding == "UTF-8"
    assert [reason for _, reason in reading.rejected()] == ["holds bytes that are not UTF-8"]


TITLES = [
    "All software\n\n",
    "All software,,,,\nCreated on,2026-11-22,,,\n",
    "\n",
    '"All software, by computer"\nContoso\n2026-11-22 08:00\n\n',
    "Textbox1,Textbox2\nPC-1,9\n\n",
]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_above_the_header(read, tmp_path, title):
    (tmp_path / "x.csv").write_text(f"{title}device_id,platform,name,version,kind\nd,ios,A,1,app\n")
    reading = read(tmp_path / "x.csv")
    assert reading.items("name, version") == [("A", "1")]
    assert reading.rejected() == []


def test_a_table_of_two_columns_has_no_title(read, tmp_path):
    (tmp_path / "x.csv").write_text("name,version\na,b,c,d\ne,f,g,h\n")
    (problem,) = read(tmp_path / "x.csv").result.problems
    assert "a table with the columns name, version" in problem.message


@pytest.mark.parametrize("size", [1, 400_000])
@pytest.mark.parametrize("first", [b"sep=;\r\n", b'"sep=;"\n', b"#TYPE System.Object\r\n"])
def test_what_stands_before_the_header_is_skipped(read, tmp_path, first, size):
    path = tmp_path / "x.csv"
    path.write_bytes(first + b"device_id;platform;kind;name\r\n" + b"D1;ios;app;A\r\n" * size)
    reading = read(path)
    (line,) = reading.result.inputs
    assert (line.format, line.records, line.rejected) == ("policycheck-table", size, 0)
    assert line.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
