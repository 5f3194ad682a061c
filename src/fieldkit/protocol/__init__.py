"""What laptop and server share: changes, merge, messages and their bytes. No I/O, HTTP or SQL."""
