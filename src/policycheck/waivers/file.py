"""A waiver as it is written. The class is the schema of the file."""

from __future__ import annotations

from policycheck.policy.fields import Id, Text
from policycheck.policy.written import FleetMapNode
from policycheck.yamlfile import Date, Language, Model, OneOrMany


class WaiverFile(Model):
    """An approved, dated exemption from a control."""

    language: Language
    waiver: Id
    policy: Id
    control: Id
    when: FleetMapNode
    provided: FleetMapNode | None = None
    subject: OneOrMany[Text] = ()
    reason: Text
    ticket: Text
    requested_by: Text
    approved_by: Text
    approved_as: Text = ""
    granted: Date
    expires: Date
