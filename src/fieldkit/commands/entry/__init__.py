"""Commands that enter records: one by one, from a file, for practice; and the end of the day."""
