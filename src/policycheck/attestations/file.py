"""An attestation as it is written. The class is the schema of the file."""

from __future__ import annotations

from pydantic import Field

from policycheck.policy.fields import Id, Text
from policycheck.yamlfile import Date, Language, Model, OneOrMany


class AttestationFile(Model):
    """Somebody's word for what no inventory can tell."""

    language: Language
    attestation: Id
    policy: Id
    control: Id
    attested_by: OneOrMany[Text]
    device: OneOrMany[Text] = Field(default=())
    date: Date
    valid_until: Date
    note: Text = ""
