"""Windows programs on a Linux machine."""
