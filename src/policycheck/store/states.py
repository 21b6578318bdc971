"""What readers keep of devices whose reports tell only what changed: the state that it changed.

It lies beside the facts that it led to, in their segment, and counts as long as they do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import String, bindparam, text

from policycheck.store.database import Store
from policycheck.store.facts import Facts

_SEGMENTS = text(
    "SELECT a.value, coalesce(s.segment, r.segment) FROM alias AS a"
    " JOIN device_source AS s ON s.device_key = a.device_key AND s.source = :source"
    " JOIN report AS r ON r.id = s.report_id"
    " WHERE a.kind = :kind AND a.value IN :devices"
).bindparams(bindparam("devices", expanding=True, type_=String()))
_AT_ONCE = 1000


def recall_states(
    store: Store, facts: Facts, source: str, devices: Sequence[str]
) -> dict[str, str]:
    """Return the states that current facts of a source led to, by the source's ids of devices."""
    segments: dict[str, list[str]] = defaultdict(list)
    with store.reading() as connection:
        for start in range(0, len(devices), _AT_ONCE):
            asked = {
                "source": source,
                "kind": f"device_id in {source}",
                "devices": list(devices[start : start + _AT_ONCE]),
            }
            for device, segment in connection.execute(_SEGMENTS, asked):
                segments[segment].append(device)
    states: dict[str, str] = {}
    for segment, held in sorted(segments.items()):
        states.update(facts.read_states(segment, held))
    return states
