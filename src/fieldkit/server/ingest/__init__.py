"""Taking in a batch: checked, merged, judged and logged in one transaction."""
