"""The small world is the same for the oracle and for the program."""

from __future__ import annotations

import pytest
from adapter import CATALOGUE

from palette import APPS, COLOURS, DISTINCT, LISTS, PARENTS
from policycheck.catalogue.recognise import Recogniser

RECOGNISER = Recogniser(CATALOGUE)


@pytest.mark.parametrize("name", COLOURS)
def test_the_catalogue_says_of_an_item_what_the_palette_says(name: str) -> None:
    colour = COLOURS[name]
    answer = RECOGNISER.recognise(*(colour.columns.get(column) for column in DISTINCT))
    meanings = {
        (meaning.app_id, str(meaning.basis), str(meaning.confidence)) for meaning in answer.meanings
    }
    assert meanings == set(colour.meanings)
    assert answer.looks_like == frozenset(colour.looks_like)


def test_apps_are_told_by_the_same_identifiers() -> None:
    told = {
        app.app_id: {(row.type, platform) for row in app.identifiers for platform in row.platforms}
        for app in CATALOGUE.apps.values()
    }
    assert told == {app.app_id: set(app.identifiers) for app in APPS.values()}


def test_apps_have_the_same_columns() -> None:
    told = {
        app.app_id: (
            app.categories,
            app.vendor,
            CATALOGUE.vendors[app.vendor].country,
            dict(app.attributes),
            bool(app.distinctive),
        )
        for app in CATALOGUE.apps.values()
    }
    assert told == {
        app.app_id: (
            app.categories,
            app.vendor,
            app.vendor_country,
            dict(app.attributes),
            app.distinctive,
        )
        for app in APPS.values()
    }


def test_categories_and_lists_are_the_same() -> None:
    assert {id_: node.parent for id_, node in CATALOGUE.categories.items()} == PARENTS
    assert {id_: len(named.entries) for id_, named in CATALOGUE.lists.items()} == {
        id_: len(entries) for id_, entries in LISTS.items()
    }
