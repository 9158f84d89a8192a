"""Questions that people answer where a device was not sure, and the accuracy that follows."""
