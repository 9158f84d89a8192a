"""What every part of the agent stands on: store, writer, health, alarms."""
