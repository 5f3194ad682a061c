"""Saving records: the only way by which they are written."""
