"""Remarks on policies that are right."""

import subprocess
import sys
from pathlib import Path

import pytest

from policycheck.policy.lint import lint_files
from policycheck.policy.load import in_folder
from policycheck.policy.vocabulary import Vocabulary

SHIPPED = Path(__file__).parents[2] / "policies"
HEAD = "language: 1\npolicy: p\ntitle: t\nissuer: i\nstatus: active\napplies_to: always\n"
CONTROL = "controls:\n- id: a\n  clause: c\n  severity: low\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (CONTROL + "  forbid: {app: x, version: 1.10}", 11, "the version '1.10' is not quoted"),
        (CONTROL + "  forbid: {category: empty}", 11, "no app is in the category 'empty'"),
        (
            CONTROL + "  only: {apps: [x], among: [{app: x}, {category: empty}]}",
            11,
            "no app is in the category 'empty'",
        ),
        (
            CONTROL + "  forbid:\n    where: coalesce(person.type, 'x') = 'x'",
            12,
            "coalesce turns 'not known' into an answer",
        ),
        (CONTROL + "  forbid: {where: lower(item.name) = 'x'}", 11, "lower changes nothing"),
        (
            CONTROL + "  forbid: {where: 'true'}",
            11,
            "'where' reads no column: it says the same of every item",
        ),
        (
            "except: [{when: {person.type: x}}]\n" + CONTROL + "  forbid: {app: x}",
            7,
            "the exception gives no reason",
        ),
        (
            CONTROL + "  except: [{when: always, reason: r}]\n  forbid: {app: x}",
            11,
            "the exception excuses everything that is in scope",
        ),
        (
            "effective_from: 2014-01-01\n" + CONTROL
            + "  effective_until: 2013-12-31\n  forbid: {app: x}",
            9,
            "control 'a' is never in force",
        ),
        (
            "effective_from: 2014-01-01\n" + CONTROL
            + "  deadline: 2013-12-31\n  forbid: {app: x}",
            12,
            "the deadline is before the control takes effect",
        ),
        (
            CONTROL + "  require: {app: x}\n  remediation: 'Install {item.name}.'",
            12,
            "the remediation names an item",
        ),
    ],
)  # fmt: skip
def test_each_remark_has_its_place(text, line, message, tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    vocabulary = Vocabulary(
        apps=frozenset({"x"}),
        categories=frozenset({"empty"}),
        empty_categories=frozenset({"empty"}),
    )
    remarks = lint_files([path], vocabulary)
    assert [(r.severity, r.place.line, r.message) for r in remarks] == [("warning", line, message)]


def test_a_file_is_named_like_its_policy(tmp_path):
    path = tmp_path / "q.yaml"
    path.write_text(HEAD + CONTROL + "  forbid: {app: x}", encoding="utf-8")
    (remark,) = lint_files([path])
    assert remark.message == "the file of policy 'p' is called 'q'"


def test_there_is_nothing_to_remark_on_what_is_shipped():
    assert lint_files(in_folder(SHIPPED)) == ()


def test_reading_policies_imports_nothing_heavy():
    code = (
        "import sys; from pathlib import Path; from policycheck.policy.lint import lint_files;"
        "import policycheck.policy.schema;"
        f"lint_files(Path({str(SHIPPED)!r}).glob('*.yaml'));"
        "print([m for m in ('duckdb', 'sqlglot', 'sqlmodel', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
