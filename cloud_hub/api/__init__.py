"""The hub's HTTP doors: one router a noun."""
