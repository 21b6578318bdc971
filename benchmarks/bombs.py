"""Policies that try to take all the time or memory there is."""

from __future__ import annotations

from pathlib import Path

HEAD = "language: 1\npolicy: bomb\n"
WHOLE = """language: 1
policy: bomb
title: A bomb
issuer: Nobody
status: draft
applies_to: always
controls:
  - id: where
    clause: Whatever is found
    severity: low
    forbid: {{where: "{}"}}
"""


def write(folder: Path) -> dict[str, Path]:
    """Write the bombs and return their files by name."""
    texts = {
        "an unknown key (for comparison)": HEAD + "polcy: x\n",
        "50,000 nested brackets": HEAD + "applies_to: " + "[" * 50_000 + "]" * 50_000 + "\n",
        "50,000 open brackets": HEAD + "applies_to: " + "[" * 50_000,
        "billion laughs": laughs(),
        "200,000 controls": HEAD + "controls:\n" + "  - {id: a}\n" * 200_000,
        "a where of 20,000 ORs": WHOLE.format(" or ".join(["item.system"] * 20_000)),
        "a where of 3,000 brackets": WHOLE.format("(" * 3_000 + "item.system" + ")" * 3_000),
    }
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for number, (name, text) in enumerate(texts.items()):
        files[name] = folder / f"bomb-{number}.yaml"
        files[name].write_text(text, encoding="utf-8")
    return files


def laughs() -> str:
    """Nine anchors of nine aliases each: 387 million scalars, were they copied."""
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for level in range(1, 9):
        aliases = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} [{aliases}]")
    return HEAD + "\n".join(lines) + "\n"
