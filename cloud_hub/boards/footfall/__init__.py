"""The chain's doors, zones and hours."""
