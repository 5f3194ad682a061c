"""Home and what starts there: find, menu, help, operators, the first run."""
