"""A cooler's day: its readings, and the alarms that need no hub."""
