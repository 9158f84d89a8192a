"""The road between device and hub: event types, outbox, batches, link, arrivals."""
