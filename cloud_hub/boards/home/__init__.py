"""The head office's first page."""
