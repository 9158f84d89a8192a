"""The second factor: asked for at the door, turned on and off on the account page."""
