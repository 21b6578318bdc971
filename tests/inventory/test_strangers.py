"""What is no inventory is refused under its own name, with what to export instead."""

import pytest

from policycheck.inventory.files.heads import make_head
from policycheck.inventory.strangers import STRANGERS, find_stranger

PLIST = """<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>UDID</key><string>U</string>%s</dict></plist>
"""
EXAMPLES = [
    '{"TotalRowCount": 1, "Schema": [{"Column": "DeviceId"}], "Values": [["d"]]}',
    '[{"ApplicationKey": "k", "ApplicationName": "WeChat", "DeviceId": "d"}]',
    '{"value": [{"deviceName": "PC-1", "restrictedAppsState": "prohibitedApps"}]}',
    '{"installedApps": [{"appId": "a", "displayName": "b", "browserDeviceCount": "1"}]}',
    '{"device_mapping": [{"email": "li.na@example.cn", "source": "google_chrome_profiles"}]}',
    '{"topic": "mdm.CheckOut", "checkin_event": {"udid": "U"}}',
    PLIST % "<key>MessageType</key><string>TokenUpdate</string>",
    PLIST % "<key>CommandUUID</key><string>c</string><key>Status</key><string>NotNow</string>",
    PLIST % "<key>CommandUUID</key><string>c</string><key>Status</key><string>Error</string>",
    '<AdminArsenal.Export Code="PDQInventory"><Collection/></AdminArsenal.Export>',
    "<advanced_computer_search><id>1</id></advanced_computer_search>",
    "<advanced_mobile_device_search><id>1</id></advanced_mobile_device_search>",
    '{"advanced_computer_search": {"id": 1, "computers": [{"id": 3, "Computer_Name": "M"}]}}',
    '"Device\nName","Application\nName",Version\nPC-1,WeChat,3.9\n',
    "No installed package found matching input criteria.\r\n",
]
"""In the order of `STRANGERS`."""


@pytest.mark.parametrize(("stranger", "text"), list(zip(STRANGERS, EXAMPLES, strict=True)))
def test_a_stranger_is_told_by_name(read, tmp_path, stranger, text):
    (tmp_path / "x").write_text(text, encoding="utf-8")
    assert find_stranger(make_head(text.encode())) == stranger
    (problem,) = read(tmp_path / "x", device="D").result.problems
    assert problem.message == f"{tmp_path / 'x'} {stranger.message}"
    assert problem.hint == stranger.hint
