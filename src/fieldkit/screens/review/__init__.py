"""Pages of review: the inbox, pairs, what was sent back, what waits for a decision."""
