"""Signed models, galleries, plans and prices on their way to devices."""
