"""What the files under `rules/decisions/` may say: what items turned out not to be.

Somebody looked at them, and says so with name, date and reason. `policycheck app review` writes
these files. What an item *is* becomes a rule under `rules/apps/` instead.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from policycheck.catalogue.files import IdentifierType, Ids
from policycheck.yamlfile import Date, Model, mistake

Text = Annotated[str, Field(min_length=1)]
Kind = Literal["app", "browser_extension", "web_app", "payment_channel", "account"]


class ItemRow(Model):
    """An item as reports show it.

    With an identifier it is meant whatever it is called; without, by its name and publisher.
    """

    kind: Kind = "app"
    identifier: Text | None = None
    identifier_type: IdentifierType | None = None
    name: Text | None = None
    publisher: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> ItemRow:
        if self.identifier is None and self.name is None:
            raise mistake("an item needs an identifier or a name")
        return self


class DenialRow(Model):
    """That an item is none of these apps, and in none of these categories."""

    item: ItemRow
    not_app: Ids = ()
    not_category: Ids = ()
    by: Text
    on: Date
    why: Text

    @model_validator(mode="after")
    def _check(self) -> DenialRow:
        if not self.not_app and not self.not_category:
            raise mistake("this denies nothing", "it needs not_app or not_category")
        return self


class DecisionsFile(Model):
    """`rules/decisions/<any-name>.yaml`."""

    language: Literal["1"]
    decisions: Annotated[tuple[DenialRow, ...], Field(min_length=1)]
