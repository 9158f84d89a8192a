"""What people change: stores, products, logins, tokens."""
