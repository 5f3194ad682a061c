"""How well look-alikes are found: labelled people in a roster of 100,000, and how fast."""
