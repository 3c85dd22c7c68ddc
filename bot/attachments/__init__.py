"""Files that people send: what they really are, cleaned, sealed, kept."""
