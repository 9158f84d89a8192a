"""Readers and views put together from a profile or a command's options."""
