"""Generate, check and update a service's whole repository: infrastructure, image, pipeline, chart, monitoring."""

__version__ = "0.10.0"  # a constant: importlib.metadata would cost 40 ms at every start
