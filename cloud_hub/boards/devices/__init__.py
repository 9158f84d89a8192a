"""The fleet's page, and one device's."""
