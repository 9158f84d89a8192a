"""Packs drawn: bodies, artwork, lettering."""
