"""Cameras, films, photos, sensors: what the world says."""
