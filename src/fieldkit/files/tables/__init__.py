"""Files of rows: opened, recognised and read as tables."""
