"""Receipts from files: CSV or Parquet through tills' own outboxes, as if sold."""
