"""Shelves and freezers with a known truth: found, counted, named."""
