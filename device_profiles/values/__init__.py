"""What a single value may be wherever it comes in: bounds, codes, money, units, handles."""
