"""From the arguments of a command to plain bytes: found, unpacked, decoded, with a head."""
