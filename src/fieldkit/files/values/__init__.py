"""What cells mean: names, dates, numbers and entries of lists, read by column."""
