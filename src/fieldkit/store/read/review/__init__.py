"""Reads what waits for a person: conflicts, likely duplicates, records sent back, stages."""
