"""Judging: pure functions from a fleet, its items and policies to verdicts.

No clock, no environment, no network; the same input gives the same assessment.
"""
