"""Shelf photos: what they say, who may see them, how they are shown."""
