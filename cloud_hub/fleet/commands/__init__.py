"""Commands and desired state, sent down and answered."""
