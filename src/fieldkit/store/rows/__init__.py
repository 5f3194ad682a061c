"""Writing the rows of records: the server's row with own changes, and all kept beside it."""
