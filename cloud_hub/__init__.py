"""The hub: broker, ingest, central model, ledger, metrics, API, console."""
