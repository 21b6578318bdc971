"""The JSON Schema agrees with what the loader takes, and with the models."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from policycheck.policy.file import ControlFile, PolicyFile
from policycheck.policy.load import read_policy
from policycheck.policy.schema import policy_schema
from policycheck.yamlfile import parse

ROOT = Path(__file__).parents[2]
BROKEN = ROOT / "tests" / "broken" / "policies"
SHIPPED = sorted((ROOT / "policies").glob("*.yaml"))


class TextLoader(yaml.SafeLoader):
    """Reads YAML 1.2's types, as editors do: dates stay texts."""


TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.fixture(scope="module")
def validator():
    schema = policy_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def of_yaml(text):
    return yaml.load(text, Loader=TextLoader)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_policies_fit_the_schema(path, validator):
    assert list(validator.iter_errors(of_yaml(path.read_text(encoding="utf-8")))) == []


HEAD = "language: 1\npolicy: p\ntitle: {en: t}\nissuer: i\nstatus: active\n"


@pytest.mark.parametrize(
    "rest",
    [
        "applies_to: always\ncontrols: [{id: a, clause: c, severity: low, forbid: {app: x}}]",
        "applies_to: [{person.type: {not: [a, b]}}]\nwaivers: none\ncontrols:\n"
        "- {id: a, clause: c, severity: low, require: [{app: x}, {vendor: y}], per: person}",
        "applies_to: {device.attributes.x: y, device.reported_at: {before: 2013-08-26}}\n"
        "except: [{when: {device.managed: true}, until: 2013-08-26, reason: r}]\ncontrols:\n"
        "- {id: a, clause: c, severity: low, forbid: {kind: account, where: item.system},"
        " except_apps: x, maps_to: {a: b}}\n"
        "- {id: b, clause: c, severity: low, attest: {statement: s, by: person}}",
    ],
)
def test_the_schema_takes_what_the_loader_takes(rest, validator):
    policy, problems = read_policy(parse((HEAD + rest).encode(), "p.yaml"), None)
    assert (problems, policy is not None) == ([], True)
    assert list(validator.iter_errors(of_yaml(HEAD + rest))) == []


@pytest.mark.parametrize(
    "name",
    [
        "unknown-severity", "unknown-key", "missing-everything", "two-kinds", "no-kind",
        "unknown-column", "closed-vocabulary", "column-of-items", "per-beside-forbid",
        "selector-item-kind", "selector-unknown-key", "selector-empty", "yaml-no-value",
        "condition-wrong-operator", "list-where-a-map-belongs", "id-with-spaces", "no-controls",
    ],
)  # fmt: skip
def test_the_schema_refuses_a_wrong_shape(name, validator):
    text = (BROKEN / f"{name}.yaml").read_text(encoding="utf-8")
    assert list(validator.iter_errors(of_yaml(text))) != []


def test_every_key_of_the_models_is_in_the_schema():
    schema = policy_schema()
    for model, described in ((PolicyFile, schema), (ControlFile, schema["$defs"]["ControlFile"])):
        keys = {field.alias or name for name, field in model.model_fields.items()}
        assert set(described["properties"]) == keys
