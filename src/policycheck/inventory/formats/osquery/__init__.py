"""osquery's result logs."""
