"""Detection looks at content and at nothing else, and exactly one reader may claim a report."""

import re
import shutil
import time
from pathlib import Path

import pytest

from policycheck.inventory.base import Head
from policycheck.inventory.detect import READERS
from policycheck.inventory.files.decode import find_encoding, to_utf8
from policycheck.inventory.files.heads import make_head

FILES = Path(__file__).parent / "files"
FORMATS = {
    "own.ndjson": "policycheck-lines",
    "own.csv": "policycheck-table",
    "intune_apps.csv": "intune",
    "intune_devices.csv": "intune",
    "intune_all_devices.csv": "intune",
    "agent_linux.xml": "agent-xml",
    "agent_ocs.xml": "agent-xml",
    "agent_windows.xml": "agent-xml",
    "agent_android.xml": "agent-xml",
    "android/androidqf.json": "androidqf",
    "android/dumpsys.txt": "adb-dumpsys",
    "android/management.json": "android-management",
    "android/pm_list.txt": "adb-packages",
    "fleet/host.json": "fleet",
    "fleet/host_software.json": "fleet",
    "fleet/hosts.json": "fleet",
    "fleet/hosts_report.csv": "fleet",
    "apple_mdm/information.plist": "apple-mdm",
    "apple_mdm/installed.plist": "apple-mdm",
    "apple_mdm/mac.plist": "apple-mdm",
    "apple_mdm/managed.plist": "apple-mdm",
    "intune_graph/device_with_apps.json": "intune-graph",
    "intune_graph/devices.json": "intune-graph",
    "jamf/classic_computer.json": "jamf",
    "jamf/classic_computer.xml": "jamf",
    "jamf/classic_list.json": "jamf",
    "jamf/classic_mobile.xml": "jamf",
    "jamf/computer_detail.json": "jamf",
    "jamf/computers.json": "jamf",
    "jamf/mobile_detail.json": "jamf",
    "jamf/mobile_devices.json": "jamf",
    "jamf/school.csv": "jamf",
    "jamf/search_computers.csv": "jamf",
    "jamf/search_mobile.csv": "jamf",
    "macos/ApplicationInventory.plist": "macos-apps",
    "macos/profiler.json": "macos-apps",
    "macos/profiler.plist": "macos-apps",
    "macos/profiler.txt": "macos-apps",
    "osquery/differential.log": "osquery",
    "osquery/snapshots.log": "osquery",
    "windows/computers.csv": "windows-programs",
    "windows/configmgr.csv": "windows-programs",
    "windows/machine.reg": "windows-registry",
    "windows/programs.csv": "windows-programs",
    "windows/user.reg": "windows-registry",
    "windows/winget_export.json": "winget-export",
    "windows/winget_list.txt": "winget-list",
    "windows/winget_list_broken.txt": "winget-list",
    "agent_json/phones.json": "agent-json",
    "agent_json/windows.json": "agent-json",
    "managers/addigy.json": "addigy",
    "managers/cloud_identity.json": "cloud-identity",
    "managers/google_mobile.json": "google-workspace",
    "managers/hexnode.json": "hexnode",
    "managers/kandji_apps.json": "kandji",
    "managers/kandji_devices.json": "kandji",
    "managers/manageengine_computers.json": "manageengine",
    "managers/manageengine_mobile.json": "manageengine",
    "managers/manageengine_software.json": "manageengine",
    "managers/simplemdm_apps.json": "simplemdm",
    "managers/simplemdm_devices.json": "simplemdm",
    "managers/tanium.json": "tanium",
    "managers/workspace_one.json": "workspace-one",
    "managers/workspace_one_apps.json": "workspace-one",
    "sbom/device.cdx.json": "sbom",
    "sbom/program.spdx.json": "sbom",
    "sbom/syft.json": "sbom",
    "wazuh/agents.json": "wazuh",
    "wazuh/events.jsonl": "wazuh",
    "wazuh/packages.json": "wazuh",
    "wazuh/sync.json": "wazuh",
}


def read_plain(path):
    """Return a file as detection sees it: decoded, without what PowerShell puts first."""
    content = path.read_bytes()
    encoding, mark = find_encoding(content, whole=True)
    text = b"".join(to_utf8([content[mark:]], encoding))
    return text.partition(b"\n")[2] if text.startswith(b"#TYPE ") else text


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_exactly_one_reader_claims_each_example(name):
    head = make_head(read_plain(FILES / name))
    assert [reader.NAME for reader in READERS if reader.claims(head)] == [FORMATS[name]]


def test_every_format_has_an_example_and_every_example_a_format():
    reports = {path.relative_to(FILES).as_posix() for path in FILES.rglob("*") if path.is_file()}
    reports -= {"people.csv", *(name for name in reports if name.startswith("mapping/"))}
    assert reports == set(FORMATS)
    assert {reader.NAME for reader in READERS} == set(FORMATS.values())


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_name_of_a_file_means_nothing(read, tmp_path, name):
    copy = tmp_path / "report.bin"
    shutil.copy(FILES / name, copy)
    assert read(copy, only_look=True).result.inputs[0].format == FORMATS[name]


def test_readers_are_registered_in_the_docs():
    """`docs/formats.md` has a chapter for each reader, by its name."""
    docs = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    chapters = re.findall(r"^Format `([a-z-]+)`", docs, re.MULTILINE)
    assert sorted(chapters) == sorted(reader.NAME for reader in READERS)


@pytest.mark.parametrize(
    ("start", "form"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"a,b\n1,2\n", "table"),
        (b"a;b\n1;2\n", "table"),
        (b"\xef\xbb\xbfa\tb\n", "table"),
        (b"a|b\n", "table"),
        (b"hello\n", "text"),
        (b'{"a": 1}', "json"),
        (b"[]", "json"),
        (b"[info] started\n", "text"),
        (b"<a/>", "xml"),
        (b"\x00\x01\x02\x03" * 30, "binary"),
        (b"a,b" * 400_000, "text"),  # a header longer than what is looked at
    ],
)
def test_forms(start, form):
    assert make_head(start).form == form


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('{"a": {"b": 1}, "c": [{"d": 2}], "e": "f"}', ("a", "c", "e")),
        ('[{"a": 1}, {"b": 2}]', ("a",)),
        ('{"a\\"b": 1, "c', ('a\\"b',)),
        ("{}", ()),
    ],
)
def test_the_keys_of_a_document(text, keys):
    assert make_head(text.encode()).keys == keys


@pytest.mark.parametrize(
    "text",
    [
        "<REQUEST>",
        '<?xml version="1.0"?>\n<!-- a > b -->\n<REQUEST a="1">',
        '<!DOCTYPE REQUEST [<!ENTITY a "b">]><REQUEST/>',
    ],
)
def test_the_root_of_xml(text):
    assert make_head(text.encode()).root == "REQUEST"


@pytest.mark.parametrize(
    "start",
    [
        b"{" * 1_000_000, b'{"' * 500_000, b"<!--" * 250_000, b"<?" * 500_000, b'"' * 1_000_000,
        b'{"a": "' + b'\\"' * 500_000, b'{"a": "' + b"\\\n" * 500_000 + b"\\",
        b'a,"' + b'""' * 500_000 + b"\n", b"<!DOCTYPE a [" + b"<!ENTITY>" * 100_000,
    ],
)  # fmt: skip
def test_hostile_heads_are_looked_at_quickly(start):
    started = time.process_time()
    assert isinstance(make_head(start), Head)
    assert time.process_time() - started < 2
