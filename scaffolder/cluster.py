"""The Kubernetes clusters that this machine's configuration knows; the only module that imports the client."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Context:
    """An entry of the kubeconfig: a name, the cluster and namespace behind it, and whether kubectl would use it now."""

    name: str
    cluster: str
    namespace: str
    current: bool


def contexts() -> tuple[Context, ...]:
    """The contexts of KUBECONFIG (or ~/.kube/config), without asking any cluster; none where there is no such file."""
    from kubernetes import config  # 0.2 s, and only this function needs it

    try:
        found, current = config.list_kube_config_contexts()  # type: ignore[no-untyped-call]
    except config.ConfigException:
        return ()
    return tuple(
        Context(
            name=context["name"],
            cluster=context["context"]["cluster"],
            namespace=context["context"].get("namespace", "default"),
            current=bool(current) and context["name"] == current["name"],
        )
        for context in found
    )
