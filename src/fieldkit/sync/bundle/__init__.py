"""A sync by stick: bundles of what is not acknowledged, the server's answers, and both as files."""
