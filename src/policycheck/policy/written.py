"""The parts of a policy that pydantic passes over: MAPs and selectors, read from their nodes.

Their keys are columns and their places matter, so `map_reader` and `selector_reader` read
them. Here stands only what a JSON Schema says of them.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, WithJsonSchema

from policycheck.yamlfile import Model, Node, Scalar, Sequence

SHAPE = "x-shape"
"""Marks, in pydantic's schema, where `schema` puts a reference to a shape of its own."""

MapNode = Annotated[object, WithJsonSchema({SHAPE: "Map"})]
FleetMapNode = Annotated[object, WithJsonSchema({SHAPE: "FleetMap"})]
SelectorNode = Annotated[object, WithJsonSchema({SHAPE: "Selector"})]


class Described(Model):
    """A part of a policy file; the text below each key is its line in the schema and the docs."""

    model_config = ConfigDict(use_attribute_docstrings=True)


def texts_of(node: Node | None) -> tuple[Scalar, ...]:
    """Return the texts of a node that is one text or a list of them."""
    nodes = node.items if isinstance(node, Sequence) else (node,)
    return tuple(each for each in nodes if isinstance(each, Scalar) and not each.is_null)
