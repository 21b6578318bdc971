"""Inventory reports of many systems, read into one set of tables."""
