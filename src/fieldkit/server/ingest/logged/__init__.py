"""The logs of laptops: which changes of a batch are new, and what becomes of each."""
