"""Software bills of materials."""
