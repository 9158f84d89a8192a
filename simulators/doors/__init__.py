"""How the simulators speak: links, a bad network, tills, carts, the hub's API."""
