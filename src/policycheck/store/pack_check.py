"""Whether an evidence pack holds: by itself, and against a head of the chain that is known."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from policycheck.problems import PolicycheckError
from policycheck.store.canonical import canonical
from policycheck.store.chain import hash_run
from policycheck.store.pack import FORMAT, MANIFEST, SIGNATURE, as_zip
from policycheck.store.pack_index import write_index
from policycheck.store.pack_steps import list_steps
from policycheck.store.tree import leads

_UNREADABLE = (KeyError, ValueError, TypeError, IndexError, AttributeError, PolicycheckError)
LARGEST = 256 << 20
"""No pack is larger."""


def read_pack(path: Path) -> dict[str, bytes]:
    """Return a pack's files by name. Raises ValueError where it is none."""
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
        with zipfile.ZipFile(path) as pack:
            if sum(each.file_size for each in pack.infolist()) > LARGEST:
                raise ValueError("it is too large")
            files = {each.filename: pack.read(each) for each in pack.infolist()}
    except (OSError, zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise ValueError(str(error) or "it is no ZIP file") from error
    if as_zip(files) != content:
        raise ValueError("it is not as it was packed")
    return files


def find_faults(files: Mapping[str, bytes], known_head: str | None = None) -> Iterator[str]:
    """Yield what does not hold in a pack; nothing, if all of it does.

    known_head: the hash of a run, or how it begins, from a report.
    """
    try:
        manifest = json.loads(files[MANIFEST])
        faults = list(_check_files(files, manifest))
    except _UNREADABLE:
        faults = [f"{MANIFEST} is missing or cannot be read"]
    yield from faults
    if faults:
        return
    try:
        yield from _check_parts(files, manifest, known_head)
    except _UNREADABLE as error:
        yield f"{MANIFEST}: what it names cannot be read: {type(error).__name__} {error}"


def _check_files(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[str]:
    if manifest["format"] != FORMAT:
        yield f"{MANIFEST}: the format {manifest['format']} is not known"
    told = dict(manifest["files"])
    for name in sorted({*told, *files} - {MANIFEST, SIGNATURE}):
        if name not in files:
            yield f"{name} is missing, and {MANIFEST} names it"
        elif name not in told:
            yield f"{name} does not belong to the pack: {MANIFEST} does not name it"
        elif hashlib.sha256(files[name]).hexdigest() != told[name]:
            yield f"{name} is not what {MANIFEST} says"


def _check_parts(
    files: Mapping[str, bytes], manifest: Mapping[str, Any], known_head: str | None
) -> Iterator[str]:
    events = json.loads(files["events.json"])
    runs = json.loads(files["runs.json"])
    openings = json.loads(files["openings.json"])
    yield from _check_runs(runs, manifest["head"], known_head)
    seals = {run["id"]: run["seal"] or {} for run in runs}
    for event in events:
        number, run_id = event["event"][:2]
        leaf = hashlib.sha256(canonical(event["event"]).encode()).hexdigest()
        if not leads(leaf, event["path"], seals[run_id]["event"]["sha256"]):
            yield f"events.json: event {number} is not what run {run_id} sealed"
    for opening in openings:
        yield from _check_opening(opening, seals[opening["run"]])
    kept = {sha256 for seal in seals.values() for _, _, sha256 in seal.get("contents", ())}
    for name in sorted(files):
        if "/" in name and not _is_kept(name, files[name], kept):
            yield f"{name} is none of the texts that the runs went by"
    steps = list_steps(events, runs, openings, files)
    if canonical(steps).encode() != files["steps.json"]:
        yield "steps.json does not say what the other files say"
    names = sorted(set(files) - {MANIFEST, SIGNATURE, "index.md"})
    fingerprint = manifest["fingerprint"]
    index = write_index(fingerprint, events, runs, openings, steps=steps, files=names)
    if index.encode() != files["index.md"]:
        yield "index.md does not say what the other files say"
    if fingerprint not in {event["event"][3] for event in events}:
        yield f"{MANIFEST}: no event is of violation {fingerprint}"


def _check_runs(runs: list[dict[str, Any]], head: str, known_head: str | None) -> Iterator[str]:
    for run in runs:
        if hash_run(run) != run["hash"]:
            yield f"runs.json: run {run['id']} was edited"
    for run, after in pairwise(runs):
        if after["previous"] != run["hash"]:
            yield f"runs.json: run {after['id']} does not follow the run before it"
    if runs[-1]["hash"] != head:
        yield f"runs.json does not end with the head that {MANIFEST} names, {head[:12]}"
    if known_head and not any(run["hash"].startswith(known_head.lower()) for run in runs):
        yield f"the head {known_head[:12]} is not among the runs of the pack"


def _check_opening(opening: Mapping[str, Any], seal: Mapping[str, Any]) -> Iterator[str]:
    name = f"openings.json: the record of run {opening['run']}"
    leaf = hashlib.sha256(opening["opening"].encode()).hexdigest()
    if not leads(leaf, opening["path"], seal["opening"]["sha256"]):
        yield f"{name} is not what was sealed"
    told = json.loads(opening["opening"])
    if opening["personal"] is not None:
        text = "".join(opening["personal"])
        if hashlib.sha256(text.encode()).hexdigest() != told["personal_sha256"]:
            yield f"{name} was about somebody else"


def _is_kept(name: str, content: bytes, kept: set[str]) -> bool:
    sha256 = Path(name).stem
    return sha256 in kept and hashlib.sha256(content).hexdigest() == sha256
