"""The demonstration chain as it is set up."""
