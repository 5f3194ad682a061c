"""The keystroke ledger: keys for a task, against a plain form and against the text itself."""
