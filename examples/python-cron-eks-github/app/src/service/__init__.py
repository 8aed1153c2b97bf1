"""A job that runs at set times, does its work and ends."""
