"""Tables of reports as text, CSV, XLSX and JSON."""
