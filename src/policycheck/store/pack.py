"""Evidence packs: a ZIP with all that proves one violation, to be checked without a database.

- `index.md`: what the pack says, for people; made of the other files
- `events.json`: the violation's life, each event with its way up to its run's seal (see tree.py)
- `runs.json`: the runs from the first of these events to the head of the chain
- `openings.json`: the records that it was opened and reopened with, as they were reported, each
  with its way up to its run's seal, and what is personal of it, if nobody had to be forgotten
- `steps.json`: why it was a violation: each step of the verdict, from scope to waiver, with what
  was asked and of which values; made of the other files
- `policy/`, `waiver/`, `app/`: the texts that were in force, named by their digests
- `manifest.json`: the digest of each file, the fingerprint and the head; `signature` is of it

The same store gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from sqlalchemy import Connection, select

from policycheck.store.canonical import canonical
from policycheck.store.chain import run_rows
from policycheck.store.contents import read_content, unpack
from policycheck.store.events import EVENT, is_about
from policycheck.store.opened import read_opening, read_personal
from policycheck.store.pack_index import write_index
from policycheck.store.pack_steps import list_steps
from policycheck.store.tables import metadata
from policycheck.store.tree import path_to

FORMAT = 2
MANIFEST = "manifest.json"
SIGNATURE = "signature"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_TOLD = ("policy", "waiver", "app")


def collect(connection: Connection, fingerprint: str) -> dict[str, bytes]:
    """Return the files of a violation's pack, but for the signature, by name."""
    events = _plain(_events(connection, fingerprint))
    first = min(event["event"][1] for event in events)
    rows = connection.execute(run_rows().where(metadata.tables["run"].c.id >= first))
    runs = _plain(dict(row) for row in rows.mappings())
    openings = _plain(_openings(connection, events, runs))
    told = {
        "events.json": canonical(events).encode(),
        "runs.json": canonical(runs).encode(),
        "openings.json": canonical(openings).encode(),
        **_contents(connection, events, runs, openings),
    }
    steps = list_steps(events, runs, openings, told)
    told["steps.json"] = canonical(steps).encode()
    index = write_index(fingerprint, events, runs, openings, steps=steps, files=sorted(told))
    told["index.md"] = index.encode()
    manifest = {
        "format": FORMAT,
        "fingerprint": fingerprint,
        "head": runs[-1]["hash"],
        "files": {name: _sha256(content) for name, content in told.items()},
    }
    return {**told, MANIFEST: canonical(manifest).encode()}


def as_zip(files: Mapping[str, bytes]) -> bytes:
    """Pack files so that the same ones give the same bytes."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as pack:
        for name, content in sorted(files.items()):
            pack.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return packed.getvalue()


def _plain(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows as they are read from the pack's JSON: times are texts."""
    return [json.loads(canonical(row)) for row in rows]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _events(connection: Connection, fingerprint: str) -> Iterator[dict[str, Any]]:
    """Yield the events under all names that the violation had, in order, each with its way up.

    Those of what became one with it belong to them: it may be proven by what that was opened with.
    """
    found: list[Any] = []
    names: list[str] = [fingerprint]
    while names:
        rows = connection.execute(select(EVENT).where(is_about(names))).all()
        found += rows
        names = [_other_name(row.detail) for row in rows if row.kind in ("renamed", "merged")]
    for row in sorted(found, key=lambda row: int(row.id)):
        asked = select(EVENT.c.id, EVENT.c.hash).where(EVENT.c.run_id == row.run_id)
        leaves = connection.execute(asked.order_by(EVENT.c.id)).all()
        place = [leaf.id for leaf in leaves].index(row.id)
        yield {
            "event": [
                row.id, row.run_id, row.at, row.fingerprint, row.kind, row.cause, row.detail,
            ],
            "path": path_to([leaf.hash for leaf in leaves], place),
        }  # fmt: skip


def _other_name(detail: str) -> str:
    return detail.partition(" ")[0]


def _openings(
    connection: Connection, events: Sequence[Mapping[str, Any]], runs: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    kept = {run["id"]: _kept(run, "openings") for run in runs}
    for event in events:
        _, run_id, _, fingerprint, kind, *_ = event["event"]
        if kind not in ("opened", "reopened"):
            continue
        for _, sha256 in kept[run_id]:
            table = read_content(connection, sha256)
            if table is None or (found := read_opening(table, fingerprint)) is None:
                continue
            told, path = found
            personal = _personal(connection, run_id, fingerprint)
            yield {"run": run_id, "opening": told, "path": path, "personal": personal}


def _personal(connection: Connection, run_id: int, fingerprint: str) -> list[str] | None:
    table = metadata.tables["personal"]
    asked = select(table.c.packed).where(table.c.run_id == run_id)
    packed = connection.execute(asked).scalar_one_or_none()
    found = None if packed is None else read_personal(packed, fingerprint)
    return None if found is None else list(found)


def _contents(
    connection: Connection,
    events: Sequence[Mapping[str, Any]],
    runs: Sequence[Mapping[str, Any]],
    openings: Sequence[Mapping[str, Any]],
) -> dict[str, bytes]:
    """Return the texts that the runs of its events went by, as far as they are about it."""
    opened = [json.loads(opening["opening"]) for opening in openings]
    about = {
        "policy": {each["policy"] for each in opened},
        "app": {each["app_id"] for each in opened},
        "waiver": {str(event["event"][6]).split(" until ")[0] for event in events},
    }
    involved = {event["event"][1] for event in events}
    wanted = {
        (kind, sha256)
        for run in runs
        if run["id"] in involved
        for kind in _TOLD
        for name, sha256 in _kept(run, kind)
        if name in about[kind]
    }
    table = metadata.tables["content"]
    found: dict[str, bytes] = {}
    for kind, sha256 in sorted(wanted):
        asked = select(table.c.packed).where(table.c.sha256 == sha256)
        packed = connection.execute(asked).scalar_one_or_none()
        if packed is not None:
            suffix = "json" if kind == "app" else "yaml"
            found[f"{kind}/{sha256}.{suffix}"] = unpack(packed)
    return found


def _kept(run: Mapping[str, Any], wanted: str) -> list[tuple[str, str]]:
    contents = (run["seal"] or {}).get("contents", ())
    return [(name, sha256) for kind, name, sha256 in contents if kind == wanted]
