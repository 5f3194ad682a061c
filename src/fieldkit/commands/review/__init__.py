"""Commands for what is to be checked, settled or decided."""
