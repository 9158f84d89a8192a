"""The road between a device and the hub: event types, outbox, batches, link, receipts of arrival."""
