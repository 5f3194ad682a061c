"""Loans and funds."""
