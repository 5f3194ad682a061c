"""Messages to bytes and back: packed as columns of tables, compressed, bounded in size."""
