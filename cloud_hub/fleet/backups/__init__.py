"""When the hub was backed up last, and who is told that it is too long ago."""
