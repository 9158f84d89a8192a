"""Pages that stay up to date while somebody looks at them."""
