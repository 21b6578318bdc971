"""Watching a folder into which inventory reports are dropped."""
