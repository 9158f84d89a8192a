"""The till: sales, returns, voids, stock movements over a local HTTP API; and the smart cart."""
