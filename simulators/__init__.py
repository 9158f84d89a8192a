"""Stores, shelves, shoppers and tills that speak through public doors and keep the truth."""
