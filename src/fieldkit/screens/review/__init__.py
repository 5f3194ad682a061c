"""Pages of review: what was sent back, what waits for a decision."""
