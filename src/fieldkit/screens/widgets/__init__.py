"""Widgets and pieces of text that know neither the application nor the store."""
