"""A portal's list compared with the records here, and what is accepted of it as ordinary edits."""
