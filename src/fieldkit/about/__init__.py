"""What is said of a record wherever it appears, on screens and on paper alike."""
