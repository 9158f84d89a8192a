"""场 and 货 as they are set up: stores, fixtures, devices, products, plans; read once, imported
whole."""
