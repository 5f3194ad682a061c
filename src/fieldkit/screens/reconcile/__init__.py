"""The comparison with a list of the portal: what differs, and what is accepted of it."""
