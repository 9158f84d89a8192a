"""Shelves, coolers and chests drawn, with their truth."""
