"""Business days, opening hours and steps of time."""
