"""Measuring on pictures with a known truth: `aisle eval sku|shelf|footfall`. Never on a device."""
