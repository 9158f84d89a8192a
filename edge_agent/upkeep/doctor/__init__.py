"""The device examined: what is right, what is wrong, and what to do about it."""
