"""Real files of other systems, where the samples are at hand; they are not ours.

Each is read, or refused with the right reason.
"""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared" / "samples"
SAMPLES = Path(os.environ.get("POLICYCHECK_SAMPLES", BESIDE))
READ = {
    "apple_mdm/InstalledApplicationList_10.11.x.xml": ("apple-mdm", 1, 3, 1, 0),
    "apple_mdm/InstalledApplicationList_iOS-12.1.xml": ("apple-mdm", 1, 12, 1, 0),
    "apple_mdm/ManagedApplicationList_iOS-12.1-Managed.xml": ("apple-mdm", 1, 1, 1, 0),
    "fleet/docs_host_software.not-strict.json.txt": ("fleet", 1, 1, 2, 1),
    "fleet/docs_hosts_report.csv": ("fleet", 0, 0, 3, 3),
    "glpi/computer_1_partial_softs.json": ("agent-json", 1, 6, 1, 0),
    "jamf_pro/classic_validate_get_computer.xml": ("jamf", 1, 0, 1, 0),
    "jamf_pro/classic_validate_get_mobile_device.xml": ("jamf", 1, 0, 1, 0),
    "jamf_pro/computers-inventory-detail_get.json": ("jamf", 1, 1, 1, 0),
    "jamf_pro/computers-inventory_list.json": ("jamf", 2, 0, 2, 0),
    "osquery/docs_logging_examples.json.txt": ("osquery", 1, 0, 4, 0),
    "osquery/fleet_osquery_test_lines.log": ("osquery", 3, 0, 5, 1),
    "sbom/cyclonedx_proton-bridge-v1.8.0.bom.json": ("sbom", 1, 0, 1, 0),
    "sbom/syft_cyclonedx_image.json": ("sbom", 1, 1, 2, 0),
    "simplemdm/installed_apps_page1.json": ("simplemdm", 1, 100, 1, 0),
    "simplemdm/installed_apps_page_last.json": ("simplemdm", 1, 31, 1, 0),
    "winget/ImportFile-Good.1.0.json": ("winget-export", 1, 1, 2, 0),
    "winget/ImportFile-Good.2.0.json": ("winget-export", 1, 1, 2, 0),
    "workspace_one/devices_search_resp.excerpt.json": ("workspace-one", 1, 0, 1, 0),
}
"""Format, devices, items, records, rejects. Fleet's own documentation is not strict JSON, and its
hosts report has a field more than its header; a program's bill holds libraries and no app."""
REFUSED = {
    "SOURCES.tsv": "it is a table with the columns file, repo, path",
    "fleet/docs_get_host.not-strict.json.txt": "expecting property name enclosed in double quotes",
    "glpi/inventory.schema.json": "it is a JSON Schema",
    "winget/packages.schema.2.0.json": "it is a JSON Schema",
}
"""With the reason."""

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples: set POLICYCHECK_SAMPLES")


@pytest.mark.parametrize("name", sorted(READ))
def test_a_real_file_is_read(read, name):
    reading = read(SAMPLES / name, device="DEV-1")
    (line,) = reading.result.inputs
    found = (line.format, line.devices, line.items, line.records, line.rejected)
    assert found == READ[name]


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_report_is_refused_with_the_reason(read, name):
    reading = read(SAMPLES / name, device="DEV-1")
    assert [line.format for line in reading.result.inputs] == [""]
    (problem,) = reading.result.problems
    assert REFUSED[name] in problem.message


def test_every_sample_is_accounted_for():
    files = {path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*") if path.is_file()}
    assert files == READ.keys() | REFUSED.keys()
