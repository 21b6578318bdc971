"""The unclassified queue: unknown items that look like what the policies control, and decisions."""
