"""What keeps a device in order: disk, new versions, their checks."""
