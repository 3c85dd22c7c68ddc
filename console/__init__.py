"""The desk: the web application of staff."""
