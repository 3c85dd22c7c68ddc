"""Rasa custom actions: thin, they call `bot`."""
