"""The append-only log of changes, how much of it the server has, and its origin."""
