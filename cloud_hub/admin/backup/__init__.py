"""Everything a hub is, in one encrypted file, and a hub out of it again."""
