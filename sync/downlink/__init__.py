"""What comes down to a device: commands and desired state."""
