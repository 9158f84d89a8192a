"""What the hub keeps secret, and what is sealed or hashed with it."""
