"""Commands of seeing."""
