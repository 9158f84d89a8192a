"""Pages without a bar: the door, and messages."""
