"""The embedded broker, who is connected to it, and what the hub hears."""
