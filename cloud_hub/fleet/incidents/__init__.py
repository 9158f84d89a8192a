"""Incidents: what went wrong together, with one cause; kept until it is over."""
