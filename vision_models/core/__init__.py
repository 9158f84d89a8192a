"""Frames, boxes, pictures: what every part of seeing stands on."""
