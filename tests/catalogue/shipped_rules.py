"""The shipped catalogue, loaded once for all tests of this folder."""

from policycheck.catalogue.load import load
from policycheck.catalogue.recognise import Recogniser
from policycheck.shipped import shipped

CATALOGUE = load([shipped("rules")])
RECOGNISER = Recogniser(CATALOGUE)


def recognise(
    name=None, identifier=None, type_=None, publisher=None, signer=None, store=None, kind="app"
):
    """Recognise an item; returns its apps, the basis, the confidence."""
    found = RECOGNISER.recognise(kind, identifier, type_, name, publisher, signer, store)
    apps = [meaning.app_id for meaning in found.meanings]
    if not apps:
        return [], None, None
    return apps, str(found.meanings[0].basis), str(found.meanings[0].confidence)


def looks_like(name=None, store=None, kind="app", **columns):
    """Return the categories that an item looks like, sorted."""
    found = RECOGNISER.recognise(
        kind,
        columns.get("identifier"),
        columns.get("type_"),
        name,
        columns.get("publisher"),
        columns.get("signer"),
        store,
    )
    return sorted(found.looks_like)
