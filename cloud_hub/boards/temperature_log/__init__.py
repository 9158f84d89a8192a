"""A cooler's month for the food inspector, as data and on paper."""
