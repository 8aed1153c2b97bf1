"""The way of an alert on this machine: service, Prometheus, Alertmanager and a chat page."""
