"""Things handed over to people one after another: found by what a scanner reads."""
