"""Doubles of messaging providers, as real HTTP servers on loopback."""
