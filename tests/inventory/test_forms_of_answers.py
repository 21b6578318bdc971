"""What scripts make of a manager's answers: lists of pages, empty pages, rows of a spreadsheet."""

import json

import pytest

from report_examples import FILES

PAGED = {
    "fleet/hosts.json": "hosts",
    "android/management.json": "devices",
    "jamf/computers.json": "results",
    "intune_graph/devices.json": "value",
    "managers/simplemdm_devices.json": "data",
    "managers/hexnode.json": "results",
    "managers/workspace_one.json": "Devices",
    "windows/winget_export.json": "Sources",
    "wazuh/agents.json": "data",
}


def read_rows(reading):
    columns = "device_id, name, serial, user_id"
    return reading.reports(columns), reading.items("name, identifier, version")


@pytest.mark.parametrize("file", PAGED)
def test_a_list_of_pages_is_its_pages(read, tmp_path, file):
    """As `jq -s . page*.json` writes it; the last page says whether another follows."""
    content = json.loads((FILES / file).read_text())
    pages = tmp_path / "pages.json"
    pages.write_text(json.dumps([content], indent=1))
    alone, listed = read(FILES / file, only_look=True), read(pages, only_look=True)
    assert read_rows(listed) == read_rows(alone)
    assert listed.listings() == alone.listings()
    assert len(listed.result.problems) == len(alone.result.problems)


def test_only_the_last_page_of_a_list_tells_of_more(read, tmp_path):
    page = json.loads((FILES / "android/management.json").read_text())
    assert page["nextPageToken"]
    last = {"devices": [{**page["devices"][0], "name": "enterprises/X/devices/last"}]}
    path = tmp_path / "pages.json"
    path.write_text(json.dumps([page, last]))
    reading = read(path)
    assert reading.result.problems == ()
    assert len(reading.reports("device_id")) == len(page["devices"]) + 1


def test_pages_in_files_of_their_own_are_the_whole(read, tmp_path):
    page = json.loads((FILES / "android/management.json").read_text())
    last = {"devices": [{**page["devices"][0], "name": "enterprises/X/devices/last"}]}
    (tmp_path / "1.json").write_text(json.dumps(page))
    (tmp_path / "2.json").write_text(json.dumps(last))
    assert read(tmp_path).result.problems == ()
    (problem,) = read(tmp_path / "1.json").result.problems
    assert "is one page of several" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        "[]", "{}", " [ ]\n", '{"hosts": []}', '{"hosts": null}',
        '{"totalCount": 0, "results": []}',
        '{"count": 0, "software": [], "meta": {"has_next_results": false}}',
        '{"data": {"affected_items": [], "total_affected_items": 0}, "error": 0}',
    ],
)  # fmt: skip
def test_an_answer_without_a_record_is_told_as_one(read, tmp_path, text):
    path = tmp_path / "page9.json"
    path.write_text(text)
    (problem,) = read(path).result.problems
    assert problem.message == f"{path} is an answer without a record in it"


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '{"hosts": [{}], "more": []}',
        '{"host": "x", "serial": null}',
        '{"a":' * 900 + "1" + "}" * 900,
    ],
)
def test_other_documents_are_not_empty_answers(read, tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    assert "is of no known format" in read(path).result.problems[0].message


@pytest.mark.parametrize("row", [b",,,", b' , ,"",', b'"","","",""'])
def test_an_empty_row_of_a_spreadsheet_is_no_record(read, tmp_path, row):
    path = tmp_path / "x.csv"
    path.write_bytes(b"device_id,platform,kind,name\nD1,ios,app,A\n" + row + b"\nD2,ios,app,B\n")
    reading = read(path)
    assert (reading.result.inputs[0].records, reading.rejected()) == (2, [])


def test_nor_is_it_one_in_a_large_table(read, tmp_path):
    path = tmp_path / "x.csv"
    rows = b"D1,ios,app,A\n" * 400_000
    path.write_bytes(b"device_id,platform,kind,name\n" + rows + b",,,\nD2,ios,app,B\n")
    reading = read(path)
    assert (reading.result.inputs[0].records, reading.rejected()) == (400_001, [])
    assert reading.items("record")[-1] == (400_001,)


def test_a_record_that_begins_with_a_quoted_line_end_is_one(read, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b'name,device_id,platform,kind\n"\nA",D1,ios,app\n')
    reading = read(path)
    assert (reading.items("name"), reading.rejected()) == ([("A",)], [])


def test_a_list_of_computers_with_other_keys_beside_it_is_jamfs(read, tmp_path):
    content = json.loads((FILES / "jamf/classic_list.json").read_text())
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"size": 2, **content}))
    assert read(path).result.inputs[0].format == "jamf"


def test_rows_of_osqueryi_are_about_the_device_that_is_named(read, tmp_path):
    rows = [{"name": "zlib1g", "version": "1.2", "maintainer": "x", "revision": "1",
             "status": "install ok installed"},
            {"name": "gone", "version": "1", "maintainer": "x", "revision": "1",
             "status": "deinstall ok config-files"}]  # fmt: skip
    path = tmp_path / "debs.json"
    path.write_text(json.dumps(rows))
    reading = read(path, device="D7")
    assert reading.items("name, identifier_type") == [("zlib1g", "deb_package")]
    assert reading.reports("device_id, platform") == [("D7", "linux")]
    assert [row[1:] for row in reading.listings()] == [("app", "managed")]  # who asked for what?
    (line,) = reading.result.inputs
    assert (line.items, line.rejected) == (1, 0)
    refused = read(path)
    assert "names no device" in refused.result.problems[0].message


BARE = {
    "fleet/hosts.json": "hosts",
    "fleet/host_software.json": "software",
    "android/management.json": "devices",
    "jamf/computers.json": "results",
    "jamf/mobile_devices.json": "results",
    "jamf/classic_list.json": "computers",
    "intune_graph/devices.json": "value",
    "managers/simplemdm_devices.json": "data",
    "managers/simplemdm_apps.json": "data",
    "managers/hexnode.json": "results",
    "managers/workspace_one.json": "Devices",
    "managers/workspace_one_apps.json": "app_items",
    "managers/google_mobile.json": "mobiledevices",
    "managers/cloud_identity.json": "devices",
    "managers/manageengine_mobile.json": "devices",
}


@pytest.mark.wide
@pytest.mark.parametrize("file", BARE)
@pytest.mark.parametrize("form", ["list", "lines"])
def test_records_without_their_envelope_are_read(read, tmp_path, file, form):
    """A script that follows the pages keeps the records and drops what stood around them."""
    records = json.loads((FILES / file).read_text())[BARE[file]]
    path = tmp_path / "records.json"
    lines = "\n".join(json.dumps(record) for record in records)
    path.write_text(json.dumps(records) if form == "list" else lines)
    bare, whole = read(path, only_look=True), read(FILES / file, only_look=True)
    assert read_rows(bare) == read_rows(whole)
    assert bare.listings() == whole.listings()


def test_one_device_of_simplemdm_alone(read, tmp_path):
    content = json.loads((FILES / "managers/simplemdm_devices.json").read_text())
    path = tmp_path / "device.json"
    path.write_text(json.dumps({"data": content["data"][0]}))
    assert read_rows(read(path))[0] == read_rows(read(FILES / "managers/simplemdm_devices.json"))[0]
