"""One import: columns mapped to fields, rows saved or returned with reasons."""
