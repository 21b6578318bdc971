"""Every reader on what is cut, wrongly encoded and hostile: words, rejects, and nothing else.

The examples of all readers are changed in the same ways, so a new reader is tested as soon as it
has its example. Beside the variants lies a sound report, which must be read all the same.
"""

import gzip
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from inventory_text import describe
from variants import garble, make_hostile, make_plist_cycle, truncate

from policycheck.inventory.detect import READERS
from policycheck.inventory.files.heads import make_head
from report_examples import FILES, FORMATS, read_plain

NAMES = [reader.NAME for reader in READERS]
SOUND = "zz-sound.csv"
CHANGES = ("osquery", "wazuh")
"""Their lists are what changes add up to, so a part of a log tells another state."""
TEXTS = ("json", "xml", "table", "text")
DOUBLE = ("windows-winget_list_broken.txt",)
"""In GB18030 this would be the UTF-8 again that somebody once took for GB18030."""
MOST_MEMORY = 600_000
"""In KiB; of it, 300 MiB are allowed to the database."""
CSV = "device_id,platform,listing,kind,name\nSOUND-1,ios,app=all,app,WeChat\n"


def examples(name: str) -> Iterator[tuple[str, bytes, str]]:
    """Yield the examples of a reader: name, content, form."""
    for file, reader in FORMATS.items():
        if reader == name:
            content = read_plain(FILES / file)
            yield file.replace("/", "-"), content, make_head(content).form


def write(folder: Path, name: str, variants) -> None:
    for kind, content in variants:
        (folder / f"{name}.{kind}").write_bytes(content)


def check_the_others(reading) -> None:
    """Check that the sound report was read, and that each of the others came to something said."""
    check_outcomes(
        [
            [line.path, line.format, line.devices, line.items, line.rejected]
            for line in reading.result.inputs
        ],
        [[problem.severity, problem.message, problem.hint] for problem in reading.result.problems],
    )


def check_outcomes(inputs: list[list], problems: list[list[str]]) -> None:
    """Check inputs (path, format, devices, items, rejected) and problems (severity, text, hint)."""
    (sound,) = (line for line in inputs if line[0].endswith(SOUND))
    assert sound[1:] == ["policycheck-table", 1, 1, 0]
    errors = [message for severity, message, _ in problems if severity == "error"]
    refused = [path for path, format_, *_ in inputs if not format_]
    assert len(errors) == len(refused)
    for path in refused:
        assert sum(message.startswith(f"{path} ") for message in errors) == 1
    for _, message, hint in problems:
        assert len(message) + len(hint) < 10_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / SOUND).write_text(CSV)
    return folder


def whole_lists(reading) -> dict[str, set]:
    """Return the items of each device whose list counts as all, by input and device."""
    found: dict[str, set] = {}
    rows = reading.items("device_ref, identifier, name, version")
    for ref, partial, kind in reading.rows(
        "SELECT device_ref, partial, kind FROM report LEFT JOIN listing"
        " ON listing.report_no = report.report_no AND visibility = 'all'"
    ):
        if kind and not partial:
            found[ref] = {row[1:] for row in rows if row[0] == ref}
    return found


@pytest.mark.wide
@pytest.mark.parametrize("name", NAMES)
def test_what_is_cut_is_told_and_proves_no_absence(read, folder, name):
    for file, content, _ in examples(name):
        write(folder, file, truncate(content))
    reading = read(folder, device="DEV-1")
    check_the_others(reading)
    if name in CHANGES:
        return
    cut = whole_lists(reading)
    paths = {number: line.path for number, line in enumerate(reading.result.inputs, 1)}
    for file, content, form in examples(name):
        if form not in ("json", "xml"):
            continue  # a text or a table that ends with a line ends like any other
        (folder / file).write_bytes(content)
        told = whole_lists(read(folder / file, device="DEV-1"))
        whole = {ref.partition("/")[2]: items for ref, items in told.items()}
        for ref, items in cut.items():
            number, _, device = ref.partition("/")
            if f"/{file}." in paths[int(number)]:
                assert items == whole.get(device), paths[int(number)]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_utf_8_is_told(read, folder, name):
    for file, content, _ in examples(name):
        write(folder, file, garble(content))
    check_the_others(read(folder, device="DEV-1"))


@pytest.mark.wide
@pytest.mark.parametrize("name", NAMES)
def test_every_encoding_gives_the_same_inventory(read, folder, name):
    texts = {file: content.decode() for file, content, form in examples(name) if form in TEXTS}
    found = {}
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"):
        for file, text in texts.items():
            told = encoding == "gb18030" and (file in DOUBLE or "encoding=" in text[:100])
            (folder / file).write_bytes(text.encode("utf-8" if told else encoding))
        reading = read(folder, device="DEV-1")
        check_the_others(reading)
        found[encoding] = describe(reading, folder)
    assert found == dict.fromkeys(found, found["utf-8"])


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_what_is_hostile_ends_in_words_within_bounds(folder, name):
    first = {form: (file, content) for file, content, form in reversed(list(examples(name)))}
    for form, (file, content) in first.items():
        write(folder, file, make_hostile(content, form))
    command = [sys.executable, str(Path(__file__).with_name("bounded_reading.py")), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["inputs"]) == len(list(folder.iterdir()))
    check_outcomes(told["inputs"], told["problems"])
    assert told["peak"] < MOST_MEMORY
    formulas = [line for line in told["inputs"] if line[0].endswith(".formula")]
    assert any(format_ == name for _, format_, *_ in formulas)  # a name is a text, whatever it says


@pytest.mark.parametrize("key", ["InstalledApplicationList", "QueryResponses"])
def test_a_property_list_that_holds_itself_is_refused(read, folder, key):
    (folder / "cycle.plist").write_bytes(make_plist_cycle(key))
    reading = read(folder)
    check_the_others(reading)
    assert "holds itself" in reading.result.problems[0].message


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_packed_or_not_and_among_others_a_report_is_the_same(read, folder, name):
    """A folder of plain and packed files of all sorts is one argument; packing changes nothing."""
    file, content, _ = next(examples(name))
    alone = describe(read(folder, device="DEV-1"), folder)
    found = set()
    for pack in (bytes, gzip.compress, zlib.compress, zstandard.compress, make_zip):
        (folder / file).write_bytes(pack(content))
        told = describe(read(folder, device="DEV-1"), folder)
        found.add(told.replace(f"{file}/report", file))
    (told,) = found
    assert told != alone


def make_zip(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("report", content)
    return packed.getvalue()
