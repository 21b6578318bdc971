"""Fleet (fleetdm)."""
