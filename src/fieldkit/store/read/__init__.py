"""Reading records: one, some, a page, a search."""
