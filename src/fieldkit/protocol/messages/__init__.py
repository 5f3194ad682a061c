"""What laptop and server say to each other, version 1: shapes that both check."""
