"""The import of spreadsheets."""
