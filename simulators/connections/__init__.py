"""How the simulators reach the product: links, a bad network, tills, carts, the hub's API."""
