"""What staff did with what people entrusted to them: written down, chained, looked through."""
