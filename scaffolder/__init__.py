"""Generate, check and update a service's whole repository, from infrastructure to monitoring."""

__version__ = "0.13.0"  # a constant: importlib.metadata would cost 40 ms at every start
