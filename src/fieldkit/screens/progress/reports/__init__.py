"""Pages of reports, and of tables that were kept."""
