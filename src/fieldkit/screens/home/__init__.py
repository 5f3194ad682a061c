"""Home and what starts there: menu, help, operators, the first run, the start-up error."""
