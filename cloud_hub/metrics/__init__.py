"""The registry of figures and their formulas. Nothing else defines a figure."""
