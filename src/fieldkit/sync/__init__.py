"""The laptop's side of a sync: enrol, send changes, receive rows, compare logs."""
