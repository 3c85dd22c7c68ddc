"""The channels: one folder a connector."""
