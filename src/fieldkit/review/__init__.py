"""What waits for a decision or a correction: the sections of the inbox, and what each holds."""
