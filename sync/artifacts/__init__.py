"""Signed artifacts: fetched, checked, the one before kept."""
