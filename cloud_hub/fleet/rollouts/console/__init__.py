"""Rollouts and freezes as people see and keep them."""
