"""The web chat: a public channel for people without a messenger or a number."""
