"""What every part of the link stands on: ranges, clocks, errors, pauses."""
