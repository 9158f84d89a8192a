"""How a device knows its hub, and shows who it is."""
