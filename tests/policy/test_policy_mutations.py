"""Any damage to a policy file is the user's mistake, told with a place; never a crash of ours."""

from hypothesis import given, settings
from hypothesis import strategies as st
from test_policies import FULL

from policycheck.policy.load import read_policy
from policycheck.problems import PolicycheckError, render
from policycheck.yamlfile import parse

_PIECES = st.sampled_from(
    ["", " ", "\n", "  ", "\t", ":", ": ", "- ", "[", "]", "{", "}", "'", '"', "~", "x", "1", "|",
     ">", "&a ", "*a", "!!int ", "?", "#", ",", "{}", "[]", "null", "NO", "微", "\r\n", "<"]
)  # fmt: skip
_EDITS = st.lists(
    st.tuples(st.integers(0, len(FULL)), st.integers(0, 25), _PIECES), min_size=1, max_size=4
)


@settings(max_examples=300, deadline=None)
@given(edits=_EDITS)
def test_a_damaged_policy_is_refused_with_places(edits):
    text = FULL
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    try:
        policy, problems = read_policy(parse(text.encode(), "p.yaml"), None)
    except PolicycheckError as error:
        policy, problems = None, error.problems
    assert (policy is None) == bool(problems)
    lines = text.replace("\r\n", "\n").count("\n") + 1
    for problem in problems:
        assert 1 <= problem.place.line <= lines
        assert problem.message in render(problem)
