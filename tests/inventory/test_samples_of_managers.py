"""Real files of Fleet, Jamf and Apple's MDM, where the samples are at hand; they are not ours."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared" / "samples"
SAMPLES = Path(os.environ.get("POLICYCHECK_SAMPLES", BESIDE))
EXPECTED = {
    "fleet/docs_get_host.not-strict.json.txt": ("", 0, 0, 1, 1),
    "fleet/docs_host_software.not-strict.json.txt": ("fleet", 1, 1, 2, 1),
    "fleet/docs_hosts_report.csv": ("fleet", 0, 0, 3, 3),
    "jamf_pro/classic_validate_get_computer.xml": ("jamf", 1, 0, 1, 0),
    "jamf_pro/classic_validate_get_mobile_device.xml": ("jamf", 1, 0, 1, 0),
    "jamf_pro/computers-inventory-detail_get.json": ("jamf", 1, 1, 1, 0),
    "jamf_pro/computers-inventory_list.json": ("jamf", 2, 0, 2, 0),
    "apple_mdm/InstalledApplicationList_10.11.x.xml": ("apple-mdm", 1, 3, 1, 0),
    "apple_mdm/InstalledApplicationList_iOS-12.1.xml": ("apple-mdm", 1, 12, 1, 0),
    "apple_mdm/ManagedApplicationList_iOS-12.1-Managed.xml": ("apple-mdm", 1, 1, 1, 0),
}
"""Format, devices, items, records, rejects. Fleet's own documentation is not strict JSON, and its
hosts report has a field more than its header."""


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples: set POLICYCHECK_SAMPLES")
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_real_file_is_read_or_refused(read, name):
    line = read(SAMPLES / name, device="DEV-1").result.inputs[0]
    found = (line.format, line.devices, line.items, line.records, line.rejected)
    assert found[1:] == EXPECTED[name][1:]
    assert EXPECTED[name][0] in ("", line.format)
