"""Draws attestations and waivers of drawn policies, as the dicts that their YAML holds."""

from __future__ import annotations

from collections.abc import Sequence

from chance import Chance
from generate_policies import DAYS, FLEET, draw_condition

GIVEN = (*("2026-05-20",) * 6, "2026-06-20", *DAYS)
ENDED = ("2026-05-31", "2026-06-10", "2026-06-29")
UNTIL = ("2026-06-30", "2026-07-01", *("2027-06-30",) * 5)


def draw_attestations(
    chance: Chance, policies: Sequence[dict], people: Sequence[dict], devices: Sequence[dict]
) -> list[dict]:
    """Draw words for the controls that ask for them, about some of whom they ask."""
    drawn: list[dict] = []
    for policy in policies:
        for control in policy["controls"]:
            for _ in range(chance.one((0, 1, 1, 1, 2)) if "attest" in control else 0):
                attestation = {
                    "language": "1",
                    "attestation": f"word-{len(drawn)}",
                    "policy": policy["policy"],
                    "control": control["id"],
                    **_draw_days(chance, "date", "valid_until"),
                    **_draw_about(chance, control["attest"]["by"], people, devices),
                }
                drawn.append(attestation)
    return drawn


def _draw_days(chance: Chance, first: str, last: str, until: Sequence[str] = UNTIL) -> dict:
    days = {first: chance.one(GIVEN), last: chance.one(until)}
    days[last] = max(days.values())
    return days


def _draw_about(
    chance: Chance, grain: str, people: Sequence[dict], devices: Sequence[dict]
) -> dict:
    """Draw who attests, by their words or what a device calls them, and which devices."""
    words = [person[key] for person in people for key in ("person_id", "email") if person[key]]
    reports = [report for device in devices for report in device["reports"]]
    words += [report["user_id"].upper() for report in reports if report.get("user_id")]
    about = {"attested_by": [word for word in words if chance.maybe(0.85)] or ["nobody"]}
    if grain == "device":
        called = [device["device_id"] for device in devices]
        called += [r[key] for r in reports for key in ("serial", "udid", "name") if r.get(key)]
        about["device"] = [word for word in called if chance.maybe(0.85)] or ["none"]
    return about


def draw_waivers(chance: Chance, policies: Sequence[dict]) -> list[dict]:
    """Draw waivers for controls that can be broken; some have begun, some are over."""
    drawn: list[dict] = []
    for policy in policies:
        for control in policy["controls"]:
            for _ in range(chance.one((1, 2, 3)) if "attest" not in control else 0):
                waiver = {
                    "language": "1",
                    "waiver": f"waiver-{len(drawn)}",
                    "policy": policy["policy"],
                    "control": control["id"],
                    "when": "always" if chance.maybe(0.5) else draw_condition(chance, FLEET),
                    "reason": "r",
                    "ticket": "t",
                    "requested_by": "a",
                    "approved_by": "b",
                    **_draw_days(chance, "granted", "expires", chance.one((ENDED, UNTIL, UNTIL))),
                }
                if chance.maybe(0.2):
                    waiver["provided"] = draw_condition(chance, FLEET)
                if chance.maybe(0.3):
                    waiver["subject"] = chance.some(("wechat", "whatsapp", "wecom", "qq"), 2)
                drawn.append(waiver)
    return drawn
