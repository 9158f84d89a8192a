"""Forms and buttons: drawn from a pydantic model, read back into it, errors in people's words."""
