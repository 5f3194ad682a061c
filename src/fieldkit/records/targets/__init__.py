"""Targets and published figures, officers, coverage, and the limits of the schemes."""
