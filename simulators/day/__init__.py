"""One store's day, and the truth of it."""
