"""Many small files of our own JSON lines are read together, each as if it were alone."""

import json

import pytest

PADDING = [{"identifier": f"com.example.a{n}", "name": f"应用 {n}"} for n in range(60)]


def device(number, **more):
    return {
        "device_id": f"d-{number}", "platform": "android", "listing": {"app": "all"},
        "reported_at": "2026-11-01T08:00:00Z", "items": PADDING, **more,
    }  # fmt: skip


ODD = [
    [device(1), device(2, attributes={"site": "北京"})],
    [device(3), "no JSON", device(4, platform="toaster")],
    [device(5, reported_at="2026-10-01T08:00:00Z"), device(5)],  # the older report does not count
    [device(1, name="PHONE-1")],  # a device that another file has, too
    [device(6, colour="red"), device(7, items=[{"version": "1"}])],
    [device(8, items=[])],
    ["[]"],
]
FILES = [*ODD, *([device(number)] for number in range(100, 180))]


def write(folder, number, lines):
    path = folder / f"{number:03}.ndjson"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{text}\n" for text in texts))
    return path


def told(reading, line):
    """Return what came of one input, without its number."""
    kept = reading.rows(
        "SELECT device_id, name, record, platform, attributes, reported_at FROM report"
        f" WHERE input_no = {line} ORDER BY record"
    )
    items = reading.con.execute(
        "SELECT i.record, i.identifier, i.name FROM"
        " read_parquet($1, union_by_name=true, filename=true) AS i JOIN report AS r"
        " ON r.device_ref = i.device_ref AND r.part = list_position($1, i.filename) - 1"
        f" WHERE r.input_no = {line} ORDER BY ALL",
        [[str(path) for path in reading.result.parts]],
    ).fetchall()
    rejected = reading.rows(
        f"SELECT record, reason FROM rejected WHERE input_no = {line} ORDER BY ALL"
    )
    given = reading.result.inputs[line - 1]
    counts = (given.devices, given.items, given.records, given.rejected, given.format)
    return kept, items, rejected, counts


@pytest.mark.thorough
def test_each_file_comes_to_what_it_comes_to_alone(read, tmp_path):
    paths = [write(tmp_path, number, lines) for number, lines in enumerate(FILES)]
    together = read(*paths)
    assert len(together.result.parts) > 1  # DuckDB has read them
    for number, path in enumerate(paths, 1):
        assert told(together, number) == told(read(path), 1), path.read_text()[:200]
    warned = [problem.message for problem in together.result.problems]
    assert [message for message in warned if "'colour'" in message] != []
