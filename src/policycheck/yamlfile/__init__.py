"""YAML files with places: parse to nodes, decode nodes into frozen models.

All scalars are text until a field's type says otherwise, so `NO` is Norway and
`1.10` is not 1.1. Whatever is wrong is a `Problem` with a place. This package is
the only one that knows PyYAML.
"""

from policycheck.yamlfile.decode import Model, decode, read_model
from policycheck.yamlfile.nodes import Document, Mapping, Node, Scalar, Sequence
from policycheck.yamlfile.parse import parse, read
from policycheck.yamlfile.scalars import (
    Boolean,
    ByLanguage,
    Date,
    Duration,
    Integer,
    Language,
    OneOrMany,
    Share,
    Texts,
    mistake,
    parse_date,
    parse_duration,
    parse_moment,
    parse_share,
)

__all__ = [
    "Boolean",
    "ByLanguage",
    "Date",
    "Document",
    "Duration",
    "Integer",
    "Language",
    "Mapping",
    "Model",
    "Node",
    "OneOrMany",
    "Scalar",
    "Sequence",
    "Share",
    "Texts",
    "decode",
    "mistake",
    "parse",
    "parse_date",
    "parse_duration",
    "parse_moment",
    "parse_share",
    "read",
    "read_model",
]
