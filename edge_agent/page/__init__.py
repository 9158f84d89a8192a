"""The device's own page and what it tells."""
