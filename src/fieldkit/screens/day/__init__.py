"""Pages of a working day: my entries and their correction, the close of day, my figures."""
