"""Finding records, and how a record is named, listed and deleted on whichever page it stands."""
