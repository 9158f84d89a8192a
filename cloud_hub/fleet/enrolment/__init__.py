"""How a device becomes known, and proves who it is."""
