"""The questions of `app review`, asked without a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.load import load
from policycheck.cli.dialogue import Dialogue
from policycheck.review.answer_file import Answer
from policycheck.review.candidate import Candidate, UnknownItem
from policycheck.shipped import shipped

THEMES = Candidate(
    UnknownItem("app", "com.example.themes", None, "WeChаt\x1b[2J", None, None, None),
    devices=3, platforms=("android",), suspected=("wechat",), looks_like=(), neighbours=(),
    reasons=("may be WeChat, by its lookalike name",),
)  # fmt: skip
BLUEBIRD = Candidate(
    UnknownItem("app", None, None, "Bluebird Messenger", "Example Ltd.", None, None),
    devices=1, platforms=(), suspected=(), looks_like=("im",), neighbours=("slack",),
    reasons=("'messenger' in its name",),
)  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load([shipped("rules")])


def asked(catalogue: Catalogue, *lines: str) -> tuple[list[Answer], str]:
    """Answer with these lines, an empty one for what is proposed; return what comes of it."""
    told: list[str] = []
    typed: Iterator[str] = iter(lines)

    def prompt(question: str, default: str) -> str:
        told.append(question)
        return next(typed) or default

    dialogue = Dialogue(catalogue, "li.na", prompt, told.append)
    answers = list(dialogue.ask([THEMES, BLUEBIRD]))
    assert next(typed, None) is None, "not every line was asked for"
    return answers, "\n".join(told)


def test_it_is_an_app_that_has_a_rule(catalogue: Catalogue) -> None:
    answers, told = asked(catalogue, "a", "", "The vendor says so", "a", "钉钉", "")
    assert [answer.row.is_ for answer in answers] == ["wechat", "dingtalk"]
    assert answers[0].row.item.identifier_type == "android_package"
    assert [answer.why for answer in answers] == ["The vendor says so"] * 2
    assert "\x1b" not in told


def test_an_app_that_nobody_knows_is_skipped(catalogue: Catalogue) -> None:
    answers, told = asked(catalogue, "a", "Telegrm", "q")
    assert answers == []
    assert "like it: telegram" in told


def test_it_is_a_new_app(catalogue: Catalogue) -> None:
    answers, _ = asked(catalogue, "s", "n", "Bluebird", "", "", "Looked at it")
    (answer,) = answers
    assert answer.row.new_app is not None
    assert answer.row.new_app.model_dump() == {
        "app": "bluebird", "category": ("im",), "names": ("Bluebird",), "vendor": None,
    }  # fmt: skip


def test_it_is_nothing_of_the_kind(catalogue: Catalogue) -> None:
    answers, told = asked(catalogue, "x", "", "A pack of themes", "what?", "x", "")
    assert answers[0].row.not_app == ("wechat",)
    assert answers[0].row.not_category == answers[1].row.not_category == ("messaging",)
    assert "somebody will ask" in told


def test_it_is_not_that_app_but_perhaps_another(catalogue: Catalogue) -> None:
    answers, _ = asked(catalogue, "w", "A pack of themes", "q")
    assert (answers[0].row.not_app, answers[0].row.not_category) == (("wechat",), ())
