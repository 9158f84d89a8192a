"""Devices as a person sets them up."""
