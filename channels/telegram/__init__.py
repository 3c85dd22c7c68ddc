"""Telegram: webhook or long polling, buttons, and what a bot has to take care of there."""
