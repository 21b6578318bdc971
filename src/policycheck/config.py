"""A workspace's file, `policycheck.yaml`: what it may say, and reading it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from policycheck.channels import NotifyConfig, check_channels, find_open_secrets
from policycheck.model import PERSON_COLUMNS, Severity
from policycheck.problems import PolicycheckError, Problem, did_you_mean, quote
from policycheck.yamlfile import (
    Boolean,
    Document,
    Duration,
    Model,
    Node,
    OneOrMany,
    Share,
    decode,
    read,
)
from policycheck.yamlfile import Mapping as MapNode

CONFIG = "policycheck.yaml"
DEFAULT_FAIL_ON = Severity.LOW
DEFAULT_MAX_REJECTED = 0.01

Text = Annotated[str, Field(min_length=1)]


class Keep(Model):
    """How long what is recorded is kept; what is not named stays."""

    facts: Duration | None = None
    """Facts that newer reports have replaced."""
    rejections: Duration | None = None
    """Rows and files that could not be used."""
    closed: Duration | None = None
    """Closed violations, with the evidence that they were opened with."""


class Config(Model):
    """What `policycheck.yaml` may say."""

    language: Literal["1"]
    policies: OneOrMany[Text] | None = None
    people: Text | None = None
    mappings: OneOrMany[Text] | None = None
    assume: Mapping[str, Text] = {}
    store: Text | None = None
    facts: Text | None = None
    fail_on: Severity = DEFAULT_FAIL_ON
    max_rejected: Share = DEFAULT_MAX_REJECTED
    min_coverage: Share | None = None
    notify: NotifyConfig | None = None
    evidence_key: Text | None = None
    keep: Keep = Keep()
    pseudonym_key: Text | None = None
    minimise: Boolean = False


def read_config(path: Path) -> Config:
    """Read a workspace's file. Raises PolicycheckError with everything that is wrong in it."""
    document = read(path, CONFIG)
    if open_secrets := tuple(find_open_secrets(document)):  # no other excerpt may show their lines
        raise PolicycheckError(open_secrets)
    config, problems = decode(document, Config)
    wrong = [*problems, *_check_assumed(document, document.root)]
    if config is not None and config.notify is not None:
        wrong += check_channels(document, config.notify)
    if config is None or wrong:
        raise PolicycheckError(wrong)
    return config


def _check_assumed(document: Document, root: Node) -> list[Problem]:
    """Refuse keys of `assume` that are no text column of a person."""
    assume = root.get("assume") if isinstance(root, MapNode) else None
    if not isinstance(assume, MapNode):
        return []
    known = [f"person.{name}" for name, column in PERSON_COLUMNS.items() if column.type == "text"]
    return [
        document.problem(key, f"{quote(key.text)} cannot be assumed", did_you_mean(key.text, known))
        for key, _ in assume.entries
        if key.text not in known
    ]
