"""Snipe-IT's register: whose a device is and who has it; it lists nothing."""

COLUMNS = "device_id, name, serial, form, ownership, user_id, manufacturer, model"
PHONE = ("A-0041", "Li Na's phone", "TESTSER0041", "phone", "personal", "li.na@example.cn")


def test_the_api(read, files):
    reading = read(files / "snipe_it" / "hardware.json")
    assert reading.reports(COLUMNS) == [
        (*PHONE, "Example & Co", "Phone 1"),
        ("A-0042", None, "TESTSER0042", "laptop", "corporate", None, None, "Book 2"),
        ("A-0043", "Chair", None, None, None, None, None, None),
    ]
    assert reading.reports("source, partial, reported_at") == [("snipe-it roster", False, None)] * 3
    assert reading.devices()[0]["attributes"] == {
        "company": "Example Ltd.", "category": "Mobile Phones", "location": "Beijing",
        "status": "Deployed",
    }  # fmt: skip
    assert (reading.listings(), reading.result.problems) == ([], ())


def test_the_table(read, files):
    reading = read(files / "snipe_it" / "assets.csv")
    assert reading.reports(COLUMNS) == [
        (*PHONE, "Example", "Phone 1"),
        ("A-0044", "Hall screen", None, None, "corporate", None, "Example", "Screen 5"),
    ]
    assert reading.reports("source") == [("snipe-it roster",)] * 2
    assert reading.rejected() == [(3, "no Asset Tag")]
    assert reading.devices()[1]["attributes"] == {
        "company": "Example Ltd.", "category": "Displays", "location": "Shanghai",
    }  # fmt: skip
    assert reading.listings() == []


def test_one_page_of_several_is_told(read, tmp_path):
    (tmp_path / "page.json").write_text(
        '{"total": 2, "rows": [{"asset_tag": "A-1", "serial": "S-1", "assigned_to": null}]}'
    )
    (problem,) = read(tmp_path / "page.json").result.problems
    assert "is one page of several" in problem.message
