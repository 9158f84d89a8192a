"""What was taken between two photos of a cooler."""
