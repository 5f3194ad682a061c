"""A record's page, lists and history."""
