"""Writes the rows of records, with their overlays, issues, search words and tallies."""
