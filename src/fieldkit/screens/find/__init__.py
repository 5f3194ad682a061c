"""Finding a record by what is typed: the box, its hits, and the new record begun from it."""
