"""Two weeks of history and a living day, played."""
