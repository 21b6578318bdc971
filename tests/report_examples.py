"""The example files of every format: what they are, and their content as detection sees it."""

from __future__ import annotations

from pathlib import Path

from policycheck.inventory.files.decode import find_encoding, to_utf8

FILES = Path(__file__).parent / "inventory" / "files"
FORMATS = {
    "own.ndjson": "policycheck-lines",
    "own.csv": "policycheck-table",
    "intune_apps.csv": "intune",
    "intune_devices.csv": "intune",
    "intune_all_devices.csv": "intune",
    "own_full.csv": "policycheck-table",
    "agent_linux.xml": "agent-xml",
    "agent_ocs.xml": "agent-xml",
    "agent_windows.xml": "agent-xml",
    "agent_android.xml": "agent-xml",
    "android/androidqf.json": "androidqf",
    "android/androidqf_clone.json": "androidqf",
    "android/dumpsys.txt": "adb-dumpsys",
    "android/management.json": "android-management",
    "android/pm_list.txt": "adb-packages",
    "fleet/host.json": "fleet",
    "fleet/host_software.json": "fleet",
    "fleet/hosts.json": "fleet",
    "fleet/hosts_all_kinds.json": "fleet",
    "fleet/hosts_report.csv": "fleet",
    "apple_mdm/information.plist": "apple-mdm",
    "apple_mdm/installed.plist": "apple-mdm",
    "apple_mdm/mac.plist": "apple-mdm",
    "apple_mdm/managed.plist": "apple-mdm",
    "apple_mdm/webhook.json": "apple-mdm",
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
    "jamf/mobile_list.json": "jamf",
    "jamf/school.csv": "jamf",
    "jamf/search_computers.csv": "jamf",
    "jamf/search_groups.csv": "jamf",
    "jamf/search_mobile.csv": "jamf",
    "macos/ApplicationInventory.plist": "macos-apps",
    "macos/profiler.json": "macos-apps",
    "macos/profiler.plist": "macos-apps",
    "macos/profiler.txt": "macos-apps",
    "osquery/differential.log": "osquery",
    "osquery/osqueryi.json": "osquery",
    "osquery/programs.log": "osquery",
    "osquery/snapshots.log": "osquery",
    "windows/computers.csv": "windows-programs",
    "windows/configmgr.csv": "windows-programs",
    "windows/machine.reg": "windows-registry",
    "windows/packages.csv": "windows-programs",
    "windows/programs.csv": "windows-programs",
    "windows/programs_of_computers.csv": "windows-programs",
    "windows/user.reg": "windows-registry",
    "windows/winget_export.json": "winget-export",
    "windows/winget_list.txt": "winget-list",
    "windows/winget_list_broken.txt": "winget-list",
    "agent_json/all_registers.json": "agent-json",
    "agent_json/phones.json": "agent-json",
    "agent_json/windows.json": "agent-json",
    "managers/addigy.json": "addigy",
    "managers/cloud_identity.json": "cloud-identity",
    "managers/google_mobile.json": "google-workspace",
    "managers/google_chrome.json": "google-workspace",
    "managers/hexnode.json": "hexnode",
    "managers/kandji_apps.json": "kandji",
    "managers/kandji_devices.json": "kandji",
    "managers/kandji_details.json": "kandji",
    "managers/manageengine_computers.json": "manageengine",
    "managers/manageengine_mobile.json": "manageengine",
    "managers/manageengine_software.json": "manageengine",
    "managers/simplemdm_apps.json": "simplemdm",
    "managers/simplemdm_devices.json": "simplemdm",
    "managers/tanium.json": "tanium",
    "managers/tanium_assets.json": "tanium",
    "managers/workspace_one.json": "workspace-one",
    "managers/workspace_one_apps.json": "workspace-one",
    "sbom/device.cdx.json": "sbom",
    "sbom/device.cdx.xml": "sbom",
    "sbom/device.spdx3.json": "sbom",
    "sbom/laptop.spdx": "sbom",
    "sbom/phone.cdx.json": "sbom",
    "sbom/program.spdx.json": "sbom",
    "sbom/syft.json": "sbom",
    "snipe_it/assets.csv": "snipe-it",
    "snipe_it/hardware.json": "snipe-it",
    "wazuh/agents.json": "wazuh",
    "wazuh/events.jsonl": "wazuh",
    "wazuh/packages_others.json": "wazuh",
    "wazuh/packages.json": "wazuh",
    "wazuh/sync.json": "wazuh",
}


def read_plain(path: Path) -> bytes:
    """Return a file as detection sees it: decoded, without what PowerShell puts first."""
    content = path.read_bytes()
    encoding, mark = find_encoding(content, whole=True)
    text = b"".join(to_utf8([content[mark:]], encoding))
    return text.partition(b"\n")[2] if text.startswith(b"#TYPE ") else text


def list_seeds(name: str) -> list[bytes]:
    """Return the contents of a reader's example files."""
    return [(FILES / file).read_bytes() for file, reader in FORMATS.items() if reader == name]
