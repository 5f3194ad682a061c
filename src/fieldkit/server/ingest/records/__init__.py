"""The records of a batch: locked, merged, checked and written together."""
