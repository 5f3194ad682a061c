"""A form as plain questions: one line for each thing, read from any stream of lines."""
