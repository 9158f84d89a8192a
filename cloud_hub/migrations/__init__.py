"""Alembic migrations: one file a version, run when the hub starts."""
