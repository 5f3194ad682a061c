"""Applies the server's answers to the database."""
