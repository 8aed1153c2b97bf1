"""The outside world: processes, programs, caches, Git, Helm, Terraform and the Kubernetes API."""
