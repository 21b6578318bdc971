"""How well are items recognised? Precision and recall over labelled items.

    python benchmarks/recognition_quality.py

`recognition_labels.csv` holds items in nine languages with their traps, more than a third of them
apps that the catalogue must not know. Each was labelled by hand before it was first asked about:
`apps` is what it is (empty: nothing that the catalogue has; `a|b`: one of several that share an
identifier), `class` how sure somebody careful would be.

- precision: of all items that are told as `exact` or `likely`, those of which the label says so;
- recall: of all items that are an app, those of which that app is told, `possible` included;
- sure recall: of all that are labelled `exact` or `likely`, those that are told as one of these;
- suspicions: of all items that are no app, those that are `possible`: they cost somebody a look.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from policycheck.catalogue.load import load
from policycheck.catalogue.recognise import Recogniser
from policycheck.shipped import shipped

LABELS = Path(__file__).with_name("recognition_labels.csv")
COLUMNS = (
    "kind", "identifier", "identifier_type", "name", "publisher", "signer", "store_category",
    "space",
)  # fmt: skip
SURE = ("exact", "likely")


@dataclass(frozen=True)
class Answer:
    """A labelled item, and what was told of it."""

    row: dict[str, str]
    apps: tuple[str, ...]
    confidence: str
    basis: str

    @property
    def label(self) -> tuple[str, ...]:
        return tuple(filter(None, self.row["apps"].split("|")))

    @property
    def right(self) -> bool:
        return bool(self.label) and self.apps == self.label


@dataclass(frozen=True)
class Quality:
    """The shares, and the answers that spoil them."""

    precision: float
    recall: float
    sure_recall: float
    suspicions: float
    wrong: tuple[Answer, ...]


def answers() -> list[Answer]:
    recogniser = Recogniser(load([shipped("rules")]))
    found = []
    with LABELS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            said = recogniser.recognise(*(row[column] or None for column in COLUMNS))
            first = said.meanings[0] if said.meanings else None
            apps = tuple(meaning.app_id for meaning in said.meanings)
            told = (str(first.confidence), str(first.basis)) if first else ("none", "")
            found.append(Answer(row, apps, *told))
    return found


def measure(told: Sequence[Answer]) -> Quality:
    sure = [each for each in told if each.confidence in SURE]
    apps = [each for each in told if each.label]
    labelled_sure = [each for each in apps if each.row["class"] in SURE]
    nothing = [each for each in told if not each.label]
    good = [each for each in sure if each.right and each.row["class"] in SURE]
    return Quality(
        precision=len(good) / len(sure),
        recall=sum(each.right for each in apps) / len(apps),
        sure_recall=sum(each.right and each in sure for each in labelled_sure) / len(labelled_sure),
        suspicions=sum(bool(each.apps) for each in nothing) / len(nothing),
        wrong=tuple(
            each
            for each in told
            if each.apps != each.label or (each.confidence in SURE) != (each.row["class"] in SURE)
        ),
    )


def main() -> None:
    told = answers()
    quality = measure(told)
    nothing = sum(not each.label for each in told)
    print(f"{len(told)} items, {nothing} of them no app")
    print(f"precision of exact and likely {quality.precision:.1%}, recall {quality.recall:.1%}")
    print(f"recall of the sure ones {quality.sure_recall:.1%}")
    print(f"suspicions among what is no app {quality.suspicions:.1%}")
    for each in quality.wrong:
        row = each.row
        print(
            f"  {row['language']} {row['trap']}: {row['name'] or row['identifier']}"
            f" is {row['apps'] or 'nothing'} ({row['class']}),"
            f" told as {'|'.join(each.apps) or 'nothing'} ({each.confidence} {each.basis})"
        )


if __name__ == "__main__":
    main()
