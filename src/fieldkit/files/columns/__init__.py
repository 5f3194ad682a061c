"""What the columns of a table mean: headings mapped to fields, what must be asked, a preview."""
