"""Where the headings of a table are, what they mean, and which of its rows hold records."""
