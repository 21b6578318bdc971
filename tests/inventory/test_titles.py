"""What stands above a table's header, and what only looks so."""

import pytest

from policycheck.inventory.files.titles import count_lines_above

HEADER = b"device_id,platform,listing,kind,name\n"


@pytest.mark.parametrize(
    ("start", "lines"),
    [
        (HEADER + b"D1,windows,app=all,app,A\n", 0),
        (HEADER + b"D1,windows,app=all;web_app=all;account=all,app,A\n" * 2, 0),
        (b"Export of today\n\n" + HEADER + b"D1,windows,app=all,app,A\n", 2),
        (b"Export of today\n" + HEADER + b"D1,windows,app=all;web_app=all,app,A\n", 1),
    ],
)
def test_a_list_inside_a_cell_makes_no_header(start, lines):
    assert count_lines_above(start) == lines
