"""Rosters, and the days of a training."""
