"""Pages to test: what is written for a content, and what a program finds in it."""

from __future__ import annotations

import gzip
import io
import json
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from html.parser import HTMLParser

from held_content import NOBODY, POLICY, SMALL, TALLY, HeldContent, breach, unknown

from policycheck.model import Share
from policycheck.report import html
from policycheck.report.forms import Look
from policycheck.report.rows import Finding, Holder
from policycheck.store.history import Happening

VOID = {"meta", "link", "br"}


@dataclass
class Page(HTMLParser):
    """A page that was read: its elements, its islands, its text. Not closed is an error."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    islands: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.path.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.path.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.path and self.path[-1] in ("script", "style"):
            tag, attributes = next(
                element for element in reversed(self.elements) if element[0] == self.path[-1]
            )
            self.islands[attributes.get("id") or tag] = data
        elif data.strip():
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    @property
    def data(self) -> dict:
        return json.loads(gzip.decompress(b64decode(self.islands["data"])))

    def rows(self) -> list[dict[str, str | None]]:
        """Return the findings as the page's program sees them."""
        columns = self.data["columns"]
        return [
            {name: cell(column, row) for name, column in columns.items()}
            for row in range(self.data["rows"])
        ]


def cell(column: dict, row: int) -> object:
    if "codes" in column:
        return column["values"][column["codes"][row]]
    return column.get("texts", column.get("numbers"))[row]


def source_of(content: HeldContent, language: str = "en") -> str:
    stream = io.StringIO(newline="")
    html.write(content, stream, Look(language=language))
    return stream.getvalue()


def page_of(content: HeldContent, language: str = "en") -> Page:
    page = Page()
    page.feed(source_of(content, language))
    page.close()
    assert page.path == []
    return page


BILINGUAL = POLICY._replace(
    titles={"en": POLICY.title, "zh": "业务沟通只用易信"},
    effective_from=date(2013, 8, 26),
    issued=date(2013, 8, 26),
    source="An e-mail to all employees",
    controls=(
        POLICY.controls[0]._replace(
            clauses={"en": POLICY.controls[0].clause, "zh": "移动即时通讯工具只能是易信。"},
            remediations={"en": "Remove {item.name} and use Yixin.", "zh": "请卸载 {item.name}。"},
        ),
    ),
)
FULL = replace(
    SMALL,
    policies=(BILINGUAL,),
    digests={"catalogue": "ca" * 32, "people": "be" * 32},
    holders={
        SMALL.lines[0].fingerprint: Holder("张伟", "销售部", "boss@jd.example", "corporate"),
        SMALL.lines[1].fingerprint: Holder(None, "Legal", None, "personal"),
    },
    parts={
        "department": (
            Share("jd-business-im", "only-yixin", "Legal", 1, 2, 1, 0, 0),
            Share("jd-business-im", "only-yixin", "销售部", 2, 1, 1, 1, 0),
            Share("jd-business-im", "only-yixin", None, 1, 0, 0, 0, 2),
        ),
        "platform": (Share("jd-business-im", "only-yixin", "android", 4, 3, 2, 1, 2),),
    },
    past=(
        Happening(datetime.fromisoformat("2026-10-01T08:00:00Z"), 1, "opened", None, 9),
        Happening(datetime.fromisoformat("2026-10-29T08:00:00Z"), 2, "closed", "resolved", 7),
        Happening(datetime.fromisoformat("2026-11-02T08:30:00Z"), 3, "opened", None, 1),
        Happening(datetime.fromisoformat("2026-11-02T08:30:00Z"), 3, "reopened", None, 1),
        Happening(datetime.fromisoformat("2026-11-02T08:30:00Z"), 3, "closed", "out_of_scope", 1),
    ),
)
"""The small content, and everything that only this form tells."""


def many(count: int = 120) -> HeldContent:
    """A content of violations in six departments, every third in grace, and some unknowns."""
    lines: list[Finding] = []
    holders: dict[str, Holder] = {}
    for number in range(count):
        app = ("wechat", "qq", "line")[number % 3]
        line = breach(
            fingerprint=f"{number:032x}"[::-1],
            device_id=f"d-{number:04}",
            device_name=f"PHONE-{number:04}",
            person_id=f"user{number:04}@jd.example",
            subject=app,
            app_id=app,
            name=app.title(),
            severity=("high", "low")[number % 2],
            in_grace=number % 3 == 0,
        )
        lines.append(line)
        holders[line.fingerprint] = NOBODY._replace(department=f"Dept {number % 6}")
    gaps = [
        unknown("stale", fingerprint=f"{number:032x}", device_id=f"u-{number}", device_name=None)
        for number in range(7)
    ]
    tally = TALLY._replace(all=140, not_applicable=0, excused=0, in_scope=140, pass_=13,
                           violation=count, advice=0, unknown=7, unknown_reasons={"stale": 7},
                           waived=0, in_grace=40)  # fmt: skip
    return replace(FULL, lines=(*lines, *gaps), holders=holders, tallies=(tally,))
