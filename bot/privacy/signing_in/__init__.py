"""Signing in at the desk: a password, a second factor, and a session that ends by itself."""
