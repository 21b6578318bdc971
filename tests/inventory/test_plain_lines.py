"""A large file of our JSON lines says the same, line by line, as a small one of the same lines."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from policycheck.inventory.files.spool import SMALL
from policycheck.inventory.formats.own.device_line import (
    Line,
    list_items,
    parse,
    read_device,
    read_item,
)
from policycheck.inventory.formats.own.plain_lines import read_chunks
from policycheck.inventory.staging.columns import ITEM_TEXTS
from policycheck.inventory.staging.rows import list_cells, pack
from policycheck.model import ITEM_COLUMNS

SOUND = [
    {
        "device_id": f"d{number}", "name": "PC", "platform": "Windows", "managed": True,
        "serial": "none", "udid": None, "listing": {"app": "all", "web_app": None},
        "attributes": {"a": " x ", "b": "", "c": None, "d": "微信"},
        "reported_at": "2026-06-29T08:00:00Z", "partial": False,
        "items": [
            {"name": f" App {item}", "version": "8.10", "system": False, "publisher": None,
             "attributes": {"k": "v"} if item % 2 else {}}
            for item in range(number % 4)
        ],
    }
    for number in range(40)
]  # fmt: skip
ITEMS = [
    '{"name":"a","version":8.10}', '{"name":"a","version":1e5}', '{"name":"a","zz":"1"}',
    '{"name":"a","name":"b"}', '"x"', "null", "5", "[1]", '{"name":["a"]}', '{"name":{"b":1}}',
    '{"name":"a","kind":"bad"}', '{"version":"1"}', '{"name":"  "}',
    '{"name":"a","attributes":{"k":[1]}}', '{"name":"a","attributes":{"k":"1","k":"2"}}',
    '{"name":"a","attributes":{"k":" v ","n":""}}', '{"name":"a","system":"perhaps"}',
    '{"name":"a"},{"name":"b","version":"1"}',
]  # fmt: skip
SEPARATORS = ((",", ":"), (", ", ": "), (" ,", ":"))
DEVICES = [
    '{"device_id":"1","platform":"ios","items":{"name":"a"}}', '{"platform":"windows","items":[]}',
    "oops", "[1]", "5", "{}", '{"device_id":"2\\u0000","platform":"ios"}',
    '{"device_id":"\\ud800","platform":"ios"}', '{"device_id":"3","os_version":17.10}',
    '{"device_id":"4" , "os_version" : 17.10}', '{"device_id":"5","os_version":  17.10}',
    '{"device_id":"6","platform":"ios",}', '{"device_id":"7","platform":NaN}',
    '{"device_id":"8","platform":nan}', '{"device_id":"9","platform":"ios","device_id":"10"}',
    '{"device_id":"11","platform":"bad","items":[{"name":"a"}]}',
    '{"device_id":"12","source":"agent"}', '{"device_id":"/12","source":""}',
    '{"device_id":"d5","reported_at":"2026-07-29T08:00:00Z"}',
    '{"device_id":"13","listing":"app"}', '{"device_id":"14","listing":{"app":"bad"}}',
    '{"device_id":"15","listing":{"app":"all","app":"managed"}}',
    '{"device_id":"16","attributes":{"x":"1","x":"2"}}', '{"device_id":"17","attributes":[]}',
    '{"device_id":"18","attributes":{"n":1.50}}', '{"device_id":"e\\":\\""}',
    '{"device_id":"w\tx"}', '{"device_id":"19","_r":"5"}', '{"device_id":"20","items":null}',
    '{"device_id":"21","items":[]}', '{"device_id":"22","zz":' + "[" * 3000 + "]" * 3000 + "}",
    '{"device_id":"23"} {"device_id":"24"}', '{"device_id":"25","platform":true}',
    '{"device_id":"26","items":{}}', '{"device_id":"27","items":false}',
    '{"device_id":"28","items":0}', '{"device_id":"29","items":""}',
    '{"items":[{"name":"},{"},{"name":"b}]"}],"device_id":"30","attributes":{"x":"}]"}}',
    '{"items": [{"name":"a"}, {"name":"b"},{"name":"c"}],"device_id":"31"}',
    '{"device_id":"32","received_at":{"items":[{"name":"a"}]}}',
    '{"device_id":"33","received_at":{"items":[{"name":"a"}]},"items":[]}',
    '{"device_id":"34","attributes":{"items":[{"name":"a"}]},"items":[]}',
    '{"device_id":"35","x\\"items":[{"name":"a"}],"items":[]}',
    '{"device_id":"36\\"items\\":[{","items":[{"name":"a"}]}',
    '{"device_id":"37","items":[{"name":"a"}],"items":[{"name":"b"}]}',
    '{"device_id":"38","items":[{"name":"a"}]]}', '{"device_id":"39","items":[{"name":"a"},{}]}',
    '{"device_id":"40","items":[{"name":"a"}],"listing":{"app":"all"}} x',
]  # fmt: skip


def _lines():
    sound = [
        json.dumps(device, ensure_ascii=number % 2 == 1, separators=SEPARATORS[number % 3])
        for number, device in enumerate(SOUND)
    ]  # fmt: skip
    odd = [f'{{"device_id":"i{at}","items":[{item}]}}' for at, item in enumerate(ITEMS)]
    return [sound[0], *odd, *sound, *DEVICES]


def _told(reading):
    """What was read of all but the padding; attributes of maps as pairs."""
    shown = {
        "report": "SELECT * EXCLUDE (report_no, part) FROM report WHERE device_id NOT LIKE 'pad%'",
        "listing": "SELECT device_ref, kind, visibility FROM listing JOIN report USING (report_no)",
        "rejected": "SELECT record, reason FROM rejected",
    }
    told = {name: sorted(map(repr, reading.rows(query))) for name, query in shown.items()}
    items = reading.items(", ".join(["device_ref", "record", *ITEM_COLUMNS]))
    told["items"] = sorted(repr(item) for item in items if "padding" not in repr(item))
    told["warnings"] = [problem.message.partition(" ")[2] for problem in reading.result.problems]
    return told


def test_a_large_file_says_what_a_small_one_says(read, tmp_path):
    small, large = tmp_path / "small.ndjson", tmp_path / "large.ndjson"
    broken = b'{"device_id":"u\xff"}\n\n  \n'
    small.write_bytes("\n".join(_lines()).encode() + b"\n" + broken)
    padding = [
        {"device_id": f"pad{number}", "items": [{"name": "padding" + "x" * 200_000}]}
        for number in range(SMALL // 200_000 + 1)
    ]
    large.write_bytes(small.read_bytes() + "\n".join(map(json.dumps, padding)).encode())
    slow, fast = read(small), read(large)
    assert _told(fast) == _told(slow)
    (one,), (other,) = slow.result.inputs, fast.result.inputs
    assert (other.records, other.rejected) == (one.records + len(padding), one.rejected)
    assert other.devices == one.devices + len(padding)
    assert one.rejected > 20


ITEM = st.sampled_from([
    '{"name":"a"}', '{"name":"b"}', '{"name":"},{"}', '{"name":"}]"}', '{"name":"\\"},{\\""}', "{}",
    '{"name":"a","attributes":{"k":"},{"}}', '{"name":"a","name":"b"}', '{"name":"a\\\\"}', "null",
    '{"name":"a","items":[{"name":"b"}]}', '{"name":"a","version":8.10}',
    '{"name":"微","system":true}',
])  # fmt: skip
ITEMS_TEXT = st.builds(
    lambda items, separator: f"[{separator.join(items)}]",
    st.lists(ITEM, max_size=4),
    st.sampled_from([",", ", "]),
)
PAIR = st.one_of(
    st.sampled_from(['"name":"n"', '"x":"y"', '"serial":"}]"', '"items":{}', '"items":null']),
    ITEMS_TEXT.map('"items":{}'.format),
    ITEMS_TEXT.map('"items": {}'.format),
    ITEMS_TEXT.map('"received_at":{{"items":{}}}'.format),
    ITEMS_TEXT.map('"attributes":{{"items":{}}}'.format),
    ITEMS_TEXT.map('"x\\\\"items":{}'.format),
)
PAIRS = st.lists(PAIR, max_size=4).map(lambda pairs: ",".join(['"device_id":"d"', *pairs]))
LINE = st.builds(
    lambda text, at, lost: text[:at] + text[at + lost :],
    PAIRS.map("{{{}}}".format),
    st.integers(0, 200),
    st.sampled_from([0, 0, 0, 1, 2]),
)


@settings(max_examples=500)
@given(st.lists(LINE, max_size=6))
def test_what_is_taken_for_plain_says_what_it_says_alone(texts):
    rows = []
    lines = [Line(None, number, text.encode()) for number, text in enumerate(texts)]
    for chunk in read_chunks(lines):
        rows += chunk.items
        for plain in chunk.plain:
            items = [rows[int(number)] for number in plain.items.split(",") if number]
            assert (plain.device, items) == _read_alone(plain.line.text)


def _read_alone(text):
    said = parse(text, "UTF-8")
    items = [read_item(number, item) for number, item in enumerate(list_items(said))]
    rows = [
        (*(columns.get(name, "") for name in ITEM_TEXTS), pack(attributes))
        for columns, attributes in items
    ]
    return list_cells(**read_device(said)._asdict()), rows
