"""Bills of materials: an inventory only where a device is named, and only the apps in it."""

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

SAMPLES = Path(os.environ.get("POLICYCHECK_SAMPLES", Path(__file__).parents[3] / "shared/samples"))


def test_a_bill_of_a_device(read, files):
    reading = read(files / "sbom/device.cdx.json")
    assert reading.reports("name, reported_at, source") == [
        ("pc-0417", datetime(2026, 11, 1, 0, 11), "sbom")
    ]
    assert reading.items("identifier_type, identifier, name, version, publisher") == [
        ("deb_package", "telegram-desktop", "telegram-desktop", "5.6.1", "Debian"),
        ("rpm_package", "dnf", "dnf", "4", None),
        (None, None, "WeChat", "3.9", "Tencent"),
    ]
    assert reading.listings() == [(1, "app", "managed")]
    assert reading.rejected() == [(4, "an item needs an identifier or a name")]


@pytest.mark.parametrize(
    ("name", "device", "items"),
    [
        ("device.cdx.xml", "pc-0418", [
            ("deb_package", "wechat", "微信", "4.0", "Tencent"),
            (None, None, "Yixin", "9.1", "NetEase"),
        ]),
        ("device.spdx3.json", "pc-0419", [
            ("deb_package", "telegram-desktop", "telegram-desktop", "5.6.1", "Telegram"),
            (None, None, "WeChat", "4.0", None),
            ("snap_name", "signal-desktop", "signal", None, None),
        ]),
    ],
)  # fmt: skip
def test_a_bill_in_its_other_forms(read, files, name, device, items):
    reading = read(files / "sbom" / name)
    assert reading.reports("name, reported_at") == [(device, datetime(2026, 11, 1, 8, 11))]
    assert reading.items("identifier_type, identifier, name, version, publisher") == items
    assert reading.result.problems == ()


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("laptop.spdx", [("deb_package", "signal-desktop", "7.1", "Signal")]),
        ("program.spdx.json", [("deb_package", "signal-desktop", "7.1", "Signal")]),
        ("syft.json", [("deb_package", "wechat", "4.0", None)]),
    ],
)
def test_a_bill_that_names_no_device(read, files, name, items):
    (problem,) = read(files / "sbom" / name).result.problems
    assert (problem.message.partition(name)[2], problem.hint) == (
        " names no device", "say whose it is with --device ID",
    )  # fmt: skip
    reading = read(files / "sbom" / name, device="PC-1")
    assert reading.reports("device_id") == [("PC-1",)]
    assert reading.items("identifier_type, identifier, version, publisher") == items


def test_deep_components_are_walked_or_refused_in_words(read, tmp_path):
    component: dict = {}
    for _ in range(300):
        component = {"type": "library", "name": "x", "components": [component]}
    bill = {"bomFormat": "CycloneDX", "components": [component]}
    path = tmp_path / "x.json"
    path.write_text(json.dumps(bill))
    assert read(path, device="A").result.inputs[0].items == 0
    path.write_text('{"bomFormat": "CycloneDX", "components": ' + "[" * 10_000)
    (problem,) = read(path, device="A").result.problems
    assert "is nested too deeply" in problem.message


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no samples in {SAMPLES}")
def test_the_samples_describe_programs(read):
    for path in sorted((SAMPLES / "sbom").iterdir()):
        assert [problem.severity for problem in read(path).result.problems] == ["error"]
        assert read(path, device="PC-1").result.inputs[0].format == "sbom"
