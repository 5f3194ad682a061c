"""Alembic scripts of the server's infrastructure tables."""
