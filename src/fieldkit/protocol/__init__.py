"""What laptop and server share and nothing else: changes, merge, messages and their bytes. Pure."""
