"""Doors and people drawn, with their truth."""
