"""Rosters, and who was present on the days of a training."""
