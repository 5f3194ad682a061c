"""Ingests a batch: checks, merges, reviews and logs its changes in one transaction."""
