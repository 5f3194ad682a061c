"""The central server: it receives batches of changes, and answers what it holds."""
