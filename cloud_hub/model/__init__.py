"""Tables on their way to their domains."""
