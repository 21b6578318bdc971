"""Policies: the memo as a file, its controls, and the conditions that they ask."""
