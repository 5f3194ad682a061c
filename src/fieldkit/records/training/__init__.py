"""Trainings: batches, enrolments and centres."""
