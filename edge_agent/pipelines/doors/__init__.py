"""A door camera's day: people, lines, zones, queues, minutes."""
