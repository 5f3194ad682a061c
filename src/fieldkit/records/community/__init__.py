"""Self-help groups, their members and their federations."""
