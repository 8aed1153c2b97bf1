"""A small HTTP service on Python's own HTTP server."""
