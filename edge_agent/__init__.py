"""The agent on a store device: it sees, counts, sells and guards with no network."""
