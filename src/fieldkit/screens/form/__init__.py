"""The form for every kind."""
