"""Receipts, carts, till coverage, revised days, lost sales."""
