"""Stores as a person edits them."""
