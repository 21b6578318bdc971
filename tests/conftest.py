"""Makes the modules beside this file importable from every test below it."""

from collections import Counter
from functools import cache

import pytest
from hypothesis import HealthCheck, settings

from policycheck.catalogue import draft
from policycheck.shipped import shipped

# A machine that is busy with something else is no fault of the code.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

ONE_IN = 4
SHIPPED = shipped("rules")

# The shipped rules do not change while tests run, and are a third of a small audit's time.
read = draft.read
read_once = cache(read)
draft.read = lambda path: read_once(path) if path.is_relative_to(SHIPPED) else read(path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave all but every fourth case of a `wide` table to `make test-all`.

    What takes minutes begins first: as the last it would run alone.
    """
    items.sort(key=lambda item: item.get_closest_marker("minutes") is None)
    seen: Counter[str] = Counter()
    for item in items:
        if item.get_closest_marker("wide"):
            test = item.nodeid.partition("[")[0]
            if seen[test] % ONE_IN:
                item.add_marker("thorough")
            seen[test] += 1
