"""The form, the same for every kind."""
