"""What waits for a person's decision: conflicts, likely duplicates, findings."""
