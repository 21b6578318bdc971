"""Attestations: somebody's word, on file, for what no inventory can tell."""
