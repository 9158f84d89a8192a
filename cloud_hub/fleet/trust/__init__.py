"""Certificates of devices: issued, renewed, revoked; and the hub's own."""
