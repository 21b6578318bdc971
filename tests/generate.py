"""Draws policies, and inventories to judge by them, from one stream of chance.

The stream is the `random.Random` of a seed, or Hypothesis's, which can shrink.
"""

from __future__ import annotations

from random import Random

from cases import Case
from chance import MOMENTS, Chance
from generate_inventories import draw_inventory
from generate_policies import draw_policy
from generate_records import draw_attestations, draw_waivers
from kleene import Where


def draw_case(stream: Random, policies: int = 1, inventories: int = 1) -> Case:
    """Draw so many policies and so many inventories, to be judged each by each."""
    chance = Chance(stream)
    as_of = chance.one(MOMENTS)
    wheres: dict[str, Where] = {}
    drawn = [draw_policy(chance, f"policy-{n}", wheres) for n in range(policies)]
    fleets = [draw_inventory(chance, f"{n}.", as_of) for n in range(inventories)]
    people = [person for group, _ in fleets for person in group]
    devices = [device for _, group in fleets for device in group]
    assume = {"type": "Employee"} if chance.maybe(0.2) else {}
    words = draw_attestations(chance, drawn, people, devices)
    return Case(
        drawn,
        people,
        devices,
        as_of,
        wheres,
        chance.maybe(0.2),
        assume,
        words,
        draw_waivers(chance, drawn),
    )
