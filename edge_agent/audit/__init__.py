"""A clip of a door that a person counts by hand: taken, kept and deleted on the device alone."""
