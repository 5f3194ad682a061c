"""The lists of a kind: columns, order, filters, and the export of what is shown."""
