"""Measures as SQL, the same on SQLite and PostgreSQL."""
