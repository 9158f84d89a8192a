"""What goes down to devices, and how they stand."""
