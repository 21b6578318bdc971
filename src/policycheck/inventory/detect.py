"""Who reads this? The registry of readers, and the rule that exactly one may claim a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NoReturn, cast

from policycheck.inventory.base import Form, Head
from policycheck.inventory.files.heads import describe, is_empty_answer, is_schema
from policycheck.inventory.formats import snipe_it, wazuh
from policycheck.inventory.formats.agents import agent_json, agent_xml
from policycheck.inventory.formats.android import adb_dumpsys, adb_packages, androidqf
from policycheck.inventory.formats.android import management as android_management
from policycheck.inventory.formats.apple import macos_apps
from policycheck.inventory.formats.apple import mdm as apple_mdm
from policycheck.inventory.formats.fleet import answers as fleet
from policycheck.inventory.formats.intune import exports as intune
from policycheck.inventory.formats.intune import graph as intune_graph
from policycheck.inventory.formats.jamf import answers as jamf
from policycheck.inventory.formats.managers import (
    addigy,
    cloud_identity,
    google_workspace,
    hexnode,
    kandji,
    manageengine,
    simplemdm,
    tanium,
    workspace_one,
)
from policycheck.inventory.formats.osquery import log as osquery_log
from policycheck.inventory.formats.own import own_lines, own_table
from policycheck.inventory.formats.sbom import bills as sbom
from policycheck.inventory.formats.windows import registry as windows_registry
from policycheck.inventory.formats.windows import uninstall_table, winget_export, winget_list
from policycheck.inventory.mapping.obstacles import find_obstacle
from policycheck.inventory.mapping.reader import MappedReader
from policycheck.inventory.reader import FormatReader, Reader
from policycheck.inventory.report_file import UnreadableError
from policycheck.inventory.strangers import find_stranger

READERS: tuple[FormatReader, ...] = (
    own_lines,
    own_table,
    intune,
    agent_xml,
    fleet,
    jamf,
    windows_registry,
    uninstall_table,
    winget_export,
    winget_list,
    intune_graph,
    android_management,
    adb_packages,
    adb_dumpsys,
    androidqf,
    agent_json,
    sbom,
    apple_mdm,
    wazuh,
    osquery_log,
    macos_apps,
    workspace_one.READER,
    kandji.READER,
    simplemdm.READER,
    google_workspace.READER,
    cloud_identity.READER,
    tanium.READER,
    hexnode.READER,
    addigy.READER,
    manageengine.READER,
    snipe_it,
)

_WORDS: Mapping[Form, str] = MappingProxyType(
    {"table": "table", "parquet": "table", "json": "JSON", "xml": "XML"}
)
"""What `LOOKS_FOR` says of a form; of any other form, all that is looked for is told."""


def detect(head: Head, mappings: Sequence[MappedReader] = ()) -> Reader:
    """Return the one reader that claims a head. Order does not matter.

    A mapping goes before the built-in readers: somebody wrote it for just these columns.

    Raises:
        UnreadableError: where none claims it, with what was looked for; or where two do.
    """
    return Detector(mappings).detect(head)


class Detector:
    """Detects heads, many of which are alike.

    Of heads with the same names (columns, keys, paths) a reader gives the same answer unless it
    looks at the text; so only those that do are asked again.
    """

    def __init__(self, mappings: Sequence[MappedReader]) -> None:
        self._mappings = mappings
        self._asked: dict[tuple[object, ...], Sequence[tuple[Reader, bool]]] = {}
        """For the names of a head, who claims it, and (False) whose answer depends on its text."""

    def detect(self, head: Head) -> Reader:
        """Return the one reader that claims a head; see `detect`. Raises UnreadableError."""
        claims: list[Reader] = [reader for reader in self._mappings if reader.claims(head)]
        if not claims:
            names = (head.form, head.columns, head.delimiter, head.keys, head.paths, head.root)
            if names not in self._asked:
                self._asked[names] = [*_ask(head)]
            claims = [reader for reader, sure in self._asked[names] if sure or reader.claims(head)]
        return claims[0] if len(claims) == 1 else _refuse(head, claims, self._mappings)


def _ask(head: Head) -> Iterator[tuple[Reader, bool]]:
    """Yield the readers that claim a head by its names, and (False) those that look at its text."""
    for reader in READERS:
        seen = _Seen(head)
        claimed = reader.claims(cast("Head", seen))
        if claimed or seen.text:
            yield reader, not seen.text


class _Seen:
    """A head that knows whether somebody looked at its text."""

    def __init__(self, head: Head) -> None:
        self.text = False
        self._head = head

    def __getattr__(self, name: str) -> object:
        self.text = self.text or name == "start"
        return getattr(self._head, name)


def _refuse(head: Head, claims: Sequence[Reader], mappings: Sequence[MappedReader]) -> NoReturn:
    """Say why no reader, or more than one, is for a head. Raises UnreadableError."""
    if claims:
        names = " and ".join(reader.NAME for reader in claims)
        raise UnreadableError(
            f"could be read as {names}", "remove the columns or keys that do not belong to it"
        )
    if head.form == "empty":
        raise UnreadableError("is empty", "was the export complete?")
    if head.form == "json" and is_empty_answer(head):
        hint = "may whoever asked see devices? the page after the last is empty, too: leave it out"
        raise UnreadableError("is an answer without a record in it", hint)
    if stranger := find_stranger(head):
        raise UnreadableError(stranger.message, stranger.hint)
    headers = {"table": head.columns, "json": head.paths}.get(head.form, ())
    if not mappings and (obstacle := find_obstacle(headers)):
        raise UnreadableError(*obstacle)
    lacking = [f"{reader.NAME}: it has no {reader.find_missing(head)!r}" for reader in mappings]
    alike = [reader for reader in READERS if _WORDS.get(head.form, "") in reader.LOOKS_FOR]
    looked_for = [*lacking, *(f"{reader.NAME}: {reader.LOOKS_FOR}" for reader in alike)]
    hint = "looked for"
    if head.form in ("table", "json") and not is_schema(head):
        hint = f"a mapping reads it: `inventory inspect --suggest-mapping` writes one; {hint}"
    raise UnreadableError(
        f"is of no known format: it is {describe(head)}", "\n- ".join([hint, *looked_for])
    )
