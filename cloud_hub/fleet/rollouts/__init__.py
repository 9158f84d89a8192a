"""A version on its way to devices: in waves, at hours, judged, taken back where it does harm."""
