"""Doors, zones, queues, conversion."""
