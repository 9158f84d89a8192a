"""Training of the SKU embedding."""
