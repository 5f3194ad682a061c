"""What the columns of a table mean: headings mapped to fields, cells read as values."""
