"""The central server: it takes batches in, and knows what it holds."""
