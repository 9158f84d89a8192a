"""Pages that join domains."""
