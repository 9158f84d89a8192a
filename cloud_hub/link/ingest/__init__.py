"""Batches → facts, in one transaction that is acknowledged after its commit."""
