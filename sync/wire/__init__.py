"""What crosses the wire: batches, messages, topics."""
