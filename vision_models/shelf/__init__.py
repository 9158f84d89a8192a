"""Shelves read: slots, rows, baskets, against their plan."""
