"""What is printed for people: slips, lists with numbers, blank forms; as pages and as text."""
