"""Applying what the server answers."""
