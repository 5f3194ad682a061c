"""What a form holds and what a key does to it. Pure: no Textual, no store."""
