"""How everything looks: colours, glyphs, styles, shared parts. Screens style nothing by hand."""
