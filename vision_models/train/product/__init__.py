"""Training of the product detector."""
