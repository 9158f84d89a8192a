"""The ledger of goods: moves, counts, balances."""
