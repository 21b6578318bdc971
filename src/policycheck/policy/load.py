"""Policy files to policies: everything that is wrong with all of them, at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from policycheck.policy.checks import check_control, check_policy
from policycheck.policy.controls import READERS, Demand
from policycheck.policy.fields import is_zone
from policycheck.policy.file import ControlFile, ExceptionFile, PolicyFile, WaiversFile
from policycheck.policy.map_reader import EVERYTHING, FLEET, Tables, read_condition
from policycheck.policy.model import Condition, Control, Policy, StandingException, Waivers
from policycheck.policy.reader import Reader
from policycheck.policy.vocabulary import Vocabulary
from policycheck.problems import PolicycheckError, Problem, did_you_mean, quote
from policycheck.yamlfile import Document, Mapping, Node, Scalar, decode, read
from policycheck.yamlfile import Sequence as ListNode

SUFFIXES = (".yaml", ".yml")


def load(paths: Iterable[Path], vocabulary: Vocabulary | None = None) -> tuple[Policy, ...]:
    """Load policies, in the order of the paths.

    vocabulary: the catalogue's ids, against which apps, vendors and the like are checked; None
    takes them as they are. Raises PolicycheckError with every problem of every file.
    """
    policies: list[Policy] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            document = read(path)
            policy, found = read_policy(document, vocabulary)
        except PolicycheckError as error:
            problems += error.problems
            continue
        if policy is not None:
            found += _refuse_repeated(document, policy, policies)
            policies.append(policy)
        problems += found
    if problems:
        raise PolicycheckError(problems)
    return tuple(policies)


def _refuse_repeated(
    document: Document, policy: Policy, earlier: Sequence[Policy]
) -> list[Problem]:
    for other in earlier:
        if other.policy == policy.policy and isinstance(document.root, Mapping):
            node = document.root.get("policy") or document.root
            message = f"a policy {quote(policy.policy)} is there already"
            return [document.problem(node, message, f"it is in {other.path}")]
    return []


def find(names: Sequence[str], folders: Sequence[Path]) -> tuple[Path, ...]:
    """Find policies by name (`jd-business-im`, in the first folder that has it) or by file.

    A name that ends in .yaml, or holds a slash, is a file. Raises PolicycheckError for each
    that is not found.
    """
    found: list[Path] = []
    problems: list[Problem] = []
    for name in names:
        paths = [Path(name)] if _is_file(name) else [folder / f"{name}.yaml" for folder in folders]
        path = next((path for path in paths if path.is_file()), None)
        if path is not None:
            found.append(path)
        elif _is_file(name):
            problems.append(Problem(f"there is no policy file {quote(name)}", None))
        else:
            known = {path.stem for folder in folders for path in in_folder(folder)}
            hint = did_you_mean(name, known)
            problems.append(Problem(f"there is no policy {quote(name)}", None, hint))
    if problems:
        raise PolicycheckError(problems)
    return tuple(dict.fromkeys(found))


def in_folder(folder: Path) -> tuple[Path, ...]:
    """List the policy files of a folder, by name."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES))


def _is_file(name: str) -> bool:
    return name.endswith(SUFFIXES) or "/" in name or "\\" in name


def read_policy(
    document: Document, vocabulary: Vocabulary | None
) -> tuple[Policy | None, list[Problem]]:
    """Read one parsed file. Returns the policy, or None and all that is wrong."""
    written, problems = decode(document, PolicyFile)
    root = document.root
    if not isinstance(root, Mapping):
        return None, list(problems)
    reader = Reader(document, vocabulary, _zone(root), list(problems))
    check_policy(reader, root)
    scope = _condition(reader, root, "applies_to", FLEET)
    excuses = _excuses(reader, root)
    nodes = _control_nodes(root)
    parts = [_read_parts(reader, node) for node in nodes]
    if written is None or scope is None or reader.problems:
        return None, reader.problems
    controls = [_control(each, *read) for each, read in zip(written.controls, parts, strict=True)]
    return _policy(document, written, scope, excuses, tuple(controls)), []


def _zone(root: Mapping) -> str:
    node = root.get("timezone")
    return node.text if isinstance(node, Scalar) and is_zone(node.text) else "UTC"


def _control_nodes(root: Mapping) -> list[Mapping]:
    controls = root.get("controls")
    items = controls.items if isinstance(controls, ListNode) else ()
    return [item for item in items if isinstance(item, Mapping)]


def _condition(reader: Reader, holder: Node, key: str, tables: Tables) -> Condition | None:
    node = holder.get(key) if isinstance(holder, Mapping) else None
    return None if node is None else read_condition(reader, node, tables)


def _excuses(reader: Reader, holder: Mapping) -> tuple[Condition | None, ...]:
    node = holder.get("except")
    items = node.items if isinstance(node, ListNode) else ()
    return tuple(_condition(reader, item, "when", FLEET) for item in items)


Parts = tuple[Demand | None, Condition | None, Condition | None, tuple[Condition | None, ...]]
"""What is read of a control's nodes: demand, scope, indication, exceptions."""


def _read_parts(reader: Reader, control: Mapping) -> Parts:
    kind = check_control(reader, control)
    return (
        READERS[kind](reader, control) if kind else None,
        _condition(reader, control, "applies_to", FLEET),
        _condition(reader, control, "indication", EVERYTHING),
        _excuses(reader, control),
    )


def _control(
    written: ControlFile,
    demand: Demand | None,
    scope: Condition | None,
    indication: Condition | None,
    excuses: Sequence[Condition | None],
) -> Control:
    if demand is None:
        raise AssertionError(f"control {written.id} has no demand, and no problem says so")
    return Control(
        id=written.id,
        clause=written.clause,
        severity=written.severity,
        demand=demand,
        obligation=written.obligation,
        grace=written.grace,
        deadline=written.deadline,
        remediation=written.remediation,
        maps_to=written.maps_to,
        applies_to=scope,
        indication=indication,
        exceptions=_exceptions(written.except_, excuses),
        effective_from=written.effective_from,
        effective_until=written.effective_until,
        formerly=written.formerly,
    )


def _exceptions(
    written: Sequence[ExceptionFile], excuses: Sequence[Condition | None]
) -> tuple[StandingException, ...]:
    return tuple(
        StandingException(when, each.reason, each.until)
        for each, when in zip(written, excuses, strict=True)
        if when is not None
    )


def _waivers(written: WaiversFile | None) -> Waivers:
    if written is None:
        return Waivers()
    allowed = written.max_days != 0
    return Waivers(allowed, written.approved_by, written.max_days, written.max_share)


def _policy(
    document: Document,
    written: PolicyFile,
    scope: Condition,
    excuses: Sequence[Condition | None],
    controls: tuple[Control, ...],
) -> Policy:
    return Policy(
        policy=written.policy,
        title=written.title,
        issuer=written.issuer,
        status=written.status,
        applies_to=scope,
        controls=controls,
        path=document.path,
        sha256=document.sha256,
        issued=written.issued,
        source=written.source,
        superseded_by=written.superseded_by,
        effective_from=written.effective_from,
        effective_until=written.effective_until,
        timezone=written.timezone,
        stale_after=written.stale_after,
        waivers=_waivers(written.waivers),
        exceptions=_exceptions(written.except_, excuses),
        formerly=written.formerly,
        overrides=written.overrides,
    )
