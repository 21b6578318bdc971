"""A large file of our JSON lines says the same, line by line, as a small one of the same lines."""

import json

from policycheck.inventory.files.spool import SMALL
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
