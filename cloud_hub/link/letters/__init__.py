"""Dead letters: kept, read, taken again."""
