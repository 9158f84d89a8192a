"""Coolers' health: what a day's readings say of a cooler, and whether it is about to fail."""
