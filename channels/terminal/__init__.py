"""The terminal: for trying things out and for batches."""
