"""The Kubernetes clusters of this machine's configuration.

Only this package imports the client.
"""

from scaffolder.tools.cluster.dry_run import Answer, Ruling, dry_run, reasons
from scaffolder.tools.cluster.kubeconfig import Context, contexts

__all__ = ["Answer", "Context", "Ruling", "contexts", "dry_run", "reasons"]
