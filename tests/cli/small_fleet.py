"""A small fleet to run the program on: a breach, a pass, a partner, and two who are not known."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Done:
    """How a call of the program ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]

POLICY = """\
language: 1
policy: {policy}
title: No WeChat here
issuer: Example Ltd.
status: active
timezone: Asia/Shanghai
stale_after: 30d
applies_to: {{person.type: employee}}
controls:
  - id: no-wechat
    clause: Nobody uses WeChat for work.
    severity: {severity}
    forbid: {{app: wechat}}
    remediation: Remove {{item.name}}.
"""
WECHAT = {
    "kind": "app",
    "identifier": "com.tencent.mm",
    "identifier_type": "android_package",
    "name": "微信",
    "version": "8.0.49",
}
YIXIN = WECHAT | {"identifier": "im.yixin", "name": "易信", "version": "9.0"}


def device(number: int, *items: dict[str, str], **columns: object) -> dict[str, object]:
    """Make a device that lists all its apps, on 2 November 2026."""
    return {
        "device_id": f"d-{number}",
        "name": f"PHONE-{number}",
        "serial": f"S{number:07}",
        "platform": "android",
        "form": "phone",
        "user_id": f"user{number}@example.com",
        "reported_at": "2026-11-02T08:00:00Z",
        "listing": {"app": "all"},
        "items": items,
    } | columns


def write_lines(path: Path, devices: Sequence[dict[str, object]]) -> Path:
    """Write an inventory in our own format."""
    lines = (json.dumps(line, ensure_ascii=False) for line in devices)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def write_people(path: Path, **types: str) -> Path:
    """Write a people file: user=type."""
    rows = [f"{user},{user}@example.com,{type_}" for user, type_ in types.items()]
    path.write_text("\n".join(["person_id,email,type", *rows, ""]), encoding="utf-8")
    return path


def write_policy(path: Path, policy: str = "no-wechat", severity: str = "high") -> Path:
    """Write a policy that forbids WeChat to employees."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(POLICY.format(policy=policy, severity=severity), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Fleet:
    """Files of a small fleet: a breach, a pass, a partner, and one who is not known."""

    report: Path
    people: Path
    policy: Path

    @property
    def words(self) -> tuple[str, ...]:
        """What to say to audit it outside a workspace, as of the day of its reports."""
        return (
            "audit", self.report.name, "-p", self.policy.name, "--people", self.people.name,
            "--as-of", "2026-11-03",
        )  # fmt: skip
