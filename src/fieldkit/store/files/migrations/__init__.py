"""Alembic scripts for the infrastructure tables and for conversions of data."""
