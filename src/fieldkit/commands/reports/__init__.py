"""Commands for reports and targets."""
