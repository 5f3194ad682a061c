"""Commands that list, show, export and print records."""
