"""One store's page."""
