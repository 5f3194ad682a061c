"""A working day: what was entered, its correction, the close of the day, an operator's figures."""
