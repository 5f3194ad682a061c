"""Applies bundles, which come by stick, and keeps the sealed work of revoked laptops."""
