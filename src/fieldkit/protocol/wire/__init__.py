"""Messages to bytes and back: tables of columns, packed, compressed, bounded."""
