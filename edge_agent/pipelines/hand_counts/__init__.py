"""A clip of a door that a person counts by hand: taken, compared, told, deleted."""
