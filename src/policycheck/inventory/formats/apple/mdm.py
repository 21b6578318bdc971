"""Apple's MDM answers: InstalledApplicationList, ManagedApplicationList, DeviceInformation.

Bare property lists as a server saved them, or inside the webhooks of MicroMDM and NanoMDM, one
JSON document after the other. An app list names its device by UDID only; where the answer to
DeviceInformation is among the inputs, they are joined.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policycheck.inventory.base import Facts, Head, Source
from policycheck.inventory.documents.json_document import read_elements, split_document
from policycheck.inventory.documents.plist import parse_plist, read_plist
from policycheck.inventory.documents.values import Section, section, text, time
from policycheck.inventory.formats.apple.answers import (
    identify,
    read_information,
    report_installed,
    report_managed,
)
from policycheck.inventory.formats.device_report import DeviceReport, add_report
from policycheck.inventory.report_file import UnreadableError

if TYPE_CHECKING:
    from policycheck.inventory.staging.area import Staging

NAME = "apple-mdm"
SOURCE = "apple-mdm"
TITLE = "Apple MDM answers (property lists, MicroMDM and NanoMDM webhooks)"
LOOKS_FOR = (
    "a property list with InstalledApplicationList, ManagedApplicationList or QueryResponses, or"
    " JSON with acknowledge_event.raw_payload"
)
FACTS = Facts(
    forms="json xml binary",
    reports="state",
    names_device="yes",
    listing="app=all",
    says="managed reported_at identifier name version install_source",
    identifiers="ios_bundle macos_bundle",
)

_ANSWERS = ("InstalledApplicationList", "ManagedApplicationList", "QueryResponses")
_REFUSED = ("Error", "NotNow", "CommandFormatError")


def claims(head: Head) -> bool:
    """Claim property lists by an answer's key, and webhooks by theirs."""
    if head.root == "plist":
        return any(name in head.keys for name in _ANSWERS)
    return head.form == "json" and (
        "acknowledge_event" in head.keys or {"topic", "event_id"} <= set(head.keys)
    )


@dataclass(frozen=True)
class _Answer:
    """One answer of a device, or why there is none."""

    record: int
    content: Section
    made_at: str = ""
    fault: str = ""


def read(sources: Sequence[Source], staging: Staging) -> None:
    """Collect what is known of devices, then add each answer to the device that it names."""
    known: dict[str, dict[str, str]] = {}
    with_apps: set[str] = set()
    for source in sources:
        try:
            for answer in _list_answers(source, None):
                if "QueryResponses" in answer.content:
                    known.setdefault(identify(answer.content), read_information(answer.content))
                elif "InstalledApplicationList" in answer.content:
                    with_apps.add(identify(answer.content))
        except UnreadableError:
            continue  # told below
    for source in sources:
        try:
            for answer in _list_answers(source, staging):
                _add_answer(source, answer, known, with_apps, staging)
        except UnreadableError as error:
            staging.refuse(source.input_no, source.path, error)


def _list_answers(source: Source, staging: Staging | None) -> Iterator[_Answer]:
    """Yield the answers of a source; faults are told to the staging area, if there is one."""
    if source.head.root == "plist":
        content = section(read_plist(source))
        if text(content, "Status") in _REFUSED:
            raise UnreadableError("is an answer by which the device refused the command")
        yield _Answer(1, content)
        return
    elements = read_elements(source, staging, ()) if staging else split_document(source, ())
    for element in elements:
        event = section(element.value, "acknowledge_event")
        payload = text(event, "raw_payload")
        try:
            content = section(parse_plist(base64.b64decode(payload))) if payload else {}
            yield _Answer(element.record, content, time(element.value, "created_at"))
        except ValueError:  # no base64, or letters that base64 has not
            yield _Answer(element.record, {}, fault="has a raw_payload that is not base64")
        except UnreadableError as error:
            yield _Answer(element.record, {}, fault=f"its raw_payload {error.message}")


def _add_answer(
    source: Source,
    answer: _Answer,
    known: Mapping[str, Mapping[str, str]],
    with_apps: set[str],
    staging: Staging,
) -> None:
    content = answer.content
    udid = identify(content)
    device = {**identify_columns(content), **known.get(udid, {}), "reported_at": answer.made_at}
    if answer.fault:
        staging.records[source.input_no] += 1
        staging.reject(source, answer.record, answer.fault)
    elif "InstalledApplicationList" in content:
        add_report(source, answer.record, report_installed(content, device), staging)
    elif "ManagedApplicationList" in content:
        add_report(source, answer.record, report_managed(content, device), staging)
    elif "QueryResponses" in content and udid not in with_apps:
        add_report(source, answer.record, DeviceReport(device), staging)
    else:
        staging.records[source.input_no] += 1  # read, and says nothing of its own


def identify_columns(content: Section) -> dict[str, str]:
    """Return what an answer itself says of its device."""
    enrollment = text(content, "EnrollmentID")
    if enrollment and not text(content, "UDID"):
        return {"device_id": enrollment, "ownership": "personal_enrolled"}
    return {"device_id": identify(content), "udid": identify(content)}
