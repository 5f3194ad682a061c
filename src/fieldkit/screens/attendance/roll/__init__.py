"""Who is on a roll, with which numbers; who is expected; and what a mark is. No page."""
