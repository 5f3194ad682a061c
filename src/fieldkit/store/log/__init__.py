"""The append-only log of changes, what the server has of it, and whose log it is."""
