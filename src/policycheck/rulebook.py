"""What an audit goes by: the catalogue and the policies of a call, loaded and checked together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from policycheck.attestations.load import read_attestation
from policycheck.attestations.model import Attestation
from policycheck.catalogue.catalogue import Catalogue
from policycheck.catalogue.load import load as load_catalogue
from policycheck.policy.load import find, in_folder
from policycheck.policy.load import load as load_policies
from policycheck.policy.model import Policy, Vocabulary
from policycheck.policy.reference import Policies, load_all, policy_named, read_all
from policycheck.problems import PolicycheckError, Problem, quote
from policycheck.shipped import shipped
from policycheck.text import fold_text
from policycheck.waivers.load import read_waiver
from policycheck.waivers.model import Waiver
from policycheck.workspace import Settings
from policycheck.yamlfile import parse


@dataclass(frozen=True)
class Rulebook:
    """Everything that a verdict depends on, but for the reports and the people."""

    catalogue: Catalogue
    policies: tuple[Policy, ...]
    """Sorted by id."""
    waivers: tuple[Waiver, ...] = ()
    """All on file, also of policies that are not asked."""
    attestations: tuple[Attestation, ...] = ()
    remarks: tuple[Problem, ...] = ()
    """What takes the place of a shipped file; warnings."""

    @property
    def zones(self) -> frozenset[str]:
        """The time zones in which the policies count their days."""
        return frozenset(policy.timezone for policy in self.policies)


def load_rulebook(settings: Settings, *, drafts: bool = False, records: bool = True) -> Rulebook:
    """Load the rules and policies that the settings choose.

    records: with the workspace's waivers and attestations. Raises PolicycheckError with every
    problem of every file: never audit with half a rulebook.
    """
    catalogue = load_catalogue(settings.rule_folders)
    policies = load_policies(settings.policy_paths(), vocabulary_of(catalogue))
    waivers, attestations = _load_records(settings, policies) if records else ((), ())
    if settings.named is None and not drafts:
        policies = _without_drafts(policies)
    return Rulebook(
        catalogue,
        tuple(sorted(policies, key=lambda policy: policy.policy)),
        waivers,
        attestations,
        (*_shadowed_rules(catalogue), *_shadowed_policies(policies)),
    )


def _load_records(
    settings: Settings, policies: Iterable[Policy]
) -> tuple[tuple[Waiver, ...], tuple[Attestation, ...]]:
    """Load what is waived and attested. Raises PolicycheckError with all that is wrong in it."""
    waiver_files, problems = read_all(settings.waiver_paths)
    attestation_files, more = read_all(settings.attestation_paths)
    named = policy_named([*waiver_files, *attestation_files])
    known = referable(settings, policies, named)
    waivers, wrong = load_all(waiver_files, known, read_waiver, "waiver")
    attestations, also = load_all(attestation_files, known, read_attestation, "attestation")
    if found := [*problems, *more, *wrong, *also]:
        raise PolicycheckError(found)
    return waivers, attestations


def load_waiver_files(
    settings: Settings, rulebook: Rulebook, paths: Iterable[Path]
) -> tuple[Waiver, ...]:
    """Load these waivers. Raises PolicycheckError with everything that is wrong in them."""
    documents, problems = read_all(paths)
    known = referable(settings, rulebook.policies, policy_named(documents))
    waivers, wrong = load_all(documents, known, read_waiver, "waiver")
    if found := [*problems, *wrong]:
        raise PolicycheckError(found)
    return waivers


def check_attestation(settings: Settings, rulebook: Rulebook, text: str, path: Path) -> None:
    """Check an attestation that is to be filed. Raises PolicycheckError with what is wrong."""
    document = parse(text.encode(), path.as_posix())
    known = referable(settings, rulebook.policies, policy_named([document]))
    _, wrong = read_attestation(document, known)
    if wrong:
        raise PolicycheckError(wrong)


def referable(settings: Settings, policies: Iterable[Policy], named: Iterable[str]) -> Policies:
    """Return the policies that a waiver or an attestation can be of, by id.

    Besides those at hand: whatever of the `named` ones the folders hold.
    """
    known = {policy.policy: policy for policy in policies}
    there = {path.stem for folder in settings.policy_folders for path in in_folder(folder)}
    missing = sorted(there.intersection(named).difference(known))
    others = load_policies(find(missing, settings.policy_folders))
    return known | {policy.policy: policy for policy in others}


def vocabulary_of(catalogue: Catalogue) -> Vocabulary:
    """Return the ids that policies may use."""
    used = {category for app_id in catalogue.apps for category in catalogue.all_categories(app_id)}
    categories = frozenset(catalogue.categories)
    return Vocabulary(
        apps=frozenset(catalogue.apps),
        categories=categories,
        vendors=frozenset(catalogue.vendors),
        vendor_groups=catalogue.vendor_groups,
        lists=frozenset(catalogue.lists),
        names=_names_of(catalogue),
        empty_categories=categories - used,
    )


def _names_of(catalogue: Catalogue) -> dict[tuple[str, str], str]:
    """Return the ids of apps, categories, vendors and their heads by family and folded name."""
    names = {
        ("app", fold_text(name)): app.app_id
        for app in catalogue.apps.values()
        for name in app.names
    }
    for id_, category in catalogue.categories.items():
        names |= {("category", fold_text(title)): id_ for title in category.title.values()}
    for id_, vendor in catalogue.vendors.items():
        head = vendor.groups[-1].group if vendor.groups else id_
        for alias in map(fold_text, vendor.aliases):
            names |= {("vendor", alias): id_, ("vendor_group", alias): head}
    return names


def _without_drafts(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
    ready = tuple(policy for policy in policies if policy.status != "draft")
    if not ready:
        hint = "--drafts judges them; --policy NAME takes a shipped one (policycheck policy list)"
        raise PolicycheckError([Problem("the workspace has drafts of policies only", None, hint)])
    return ready


def _shadowed_rules(catalogue: Catalogue) -> Iterator[Problem]:
    for each in catalogue.overrides:
        message = f"the {each.kind} {quote(each.id)} of {each.path} takes the place of the shipped"
        yield Problem(message, None, severity="warning")


def _shadowed_policies(policies: Iterable[Policy]) -> Iterator[Problem]:
    """Report workspace policies that stand for shipped ones. Raises where one does not say so."""
    folder = shipped("policies")
    theirs = {path.stem: path.resolve() for path in in_folder(folder)}
    unsaid: list[Problem] = []
    for policy in policies:
        own = Path(policy.path).resolve()
        if theirs.get(policy.policy, own) == own:
            continue
        message = f"{policy.path} takes the place of the shipped policy {quote(policy.policy)}"
        if not policy.overrides:
            unsaid.append(Problem(message, None, "if that is meant, say 'overrides: true' in it"))
        yield Problem(message, None, severity="warning")
    if unsaid:
        raise PolicycheckError(unsaid)
