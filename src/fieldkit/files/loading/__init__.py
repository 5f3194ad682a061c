"""One import run: rows are saved, or returned in a file with the reasons."""
