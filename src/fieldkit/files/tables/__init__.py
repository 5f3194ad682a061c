"""Files opened and read as rows of text or as JSON entries. Knows no kind of record."""
