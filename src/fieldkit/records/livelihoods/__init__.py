"""Enterprises, and the support and benefits taken for a livelihood."""
