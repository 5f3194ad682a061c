"""Sync, conflicts and enrolment."""
