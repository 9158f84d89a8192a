"""On call: who is told of incidents, by which way, until somebody sees to them."""
