"""Device managers that are read by their interfaces' answers."""
