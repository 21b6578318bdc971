"""What the docs name is there: paths, links, make targets, registries."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "examples/*.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
)
TOP = {"src", "tests", "rules", "policies", "docs", "examples", "benchmarks", ".ci"}
PATH = re.compile(r"(?<![\w./-])((?:[\w.<>*-]+/)+[\w.<>*-]*)")
LINK = re.compile(r"\]\(([^)#]+)")
NAMED = re.compile(r"(?:^ *|`)make ([a-z-]+)(?=`|$| *#| [A-Z_]+=)", re.MULTILINE)
CODE = re.compile(r"```.*?```|(?:^    .*\n)+|`[^`\n]+`", re.DOTALL | re.MULTILINE)


def code(doc: Path) -> str:
    return "\n".join(CODE.findall(doc.read_text(encoding="utf-8")))


def ignored(path: str) -> bool:
    """A file that is made, such as benchmarks/data/, need not be there."""
    asked = subprocess.run(["git", "-C", ROOT, "check-ignore", "-q", path], check=False)
    return asked.returncode == 0


def there(path: str) -> bool:
    if "<" in path:  # a template: its folder must be there
        return (ROOT / path.partition("<")[0]).parent.is_dir()
    roots = (ROOT, ROOT / "src/policycheck/templates/workspace")  # the docs speak of both
    return any(any(root.glob(path.rstrip("/"))) for root in roots) or ignored(path)


def test_the_docs_are_found() -> None:
    assert {doc.name for doc in DOCS} >= {"README.md", "CONTRIBUTING.md", "CHANGELOG.md"}


@pytest.mark.parametrize("doc", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_path_in_code_exists(doc: Path) -> None:
    named = {path for path in PATH.findall(code(doc)) if path.partition("/")[0] in TOP}
    assert sorted(path for path in named if not there(path)) == []


@pytest.mark.parametrize("doc", DOCS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(doc: Path) -> None:
    links = LINK.findall(doc.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (doc.parent / link).exists()] == []


def test_every_page_of_the_manual_is_in_its_index() -> None:
    index = set(LINK.findall((ROOT / "docs/README.md").read_text(encoding="utf-8")))
    pages = {path.name for path in (ROOT / "docs").glob("*.md")}
    assert pages - index == {"README.md"}


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {target for doc in DOCS for target in NAMED.findall(code(doc))}
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    named |= set(re.findall(r"^make ([a-z-]+)", ci, re.MULTILINE))
    assert named >= {"demo", "test", "test-all", "check"}
    assert named - targets == set()


@pytest.mark.parametrize("registry", ["READERS", "REPORTS"])
def test_the_registries_of_the_recipes_exist(registry: str) -> None:
    assert f"`{registry}`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    sources = (ROOT / "src").rglob("*.py")
    assignment = re.compile(rf"^{registry}\b.*=", re.MULTILINE)
    assert any(assignment.search(path.read_text(encoding="utf-8")) for path in sources)
