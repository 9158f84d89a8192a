"""The way to the hub: MQTT, windows, reconnecting, pictures, credentials."""
