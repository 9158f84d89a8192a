"""A production broker: mosquitto's files, written and kept by the hub, and the process itself."""
