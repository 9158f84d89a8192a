"""Facts: stores, fixtures, devices, cameras, planograms, products. No I/O beyond loading a file."""
