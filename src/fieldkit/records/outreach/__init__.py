"""Programmes and who attended them."""
