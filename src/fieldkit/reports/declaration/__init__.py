"""The language of figures: measures, columns, reports and due work. Pure: no database."""
