"""Readings, door openings, what was taken."""
