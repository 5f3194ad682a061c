"""How a record is named, listed, printed, exported and deleted on whichever page it stands."""
