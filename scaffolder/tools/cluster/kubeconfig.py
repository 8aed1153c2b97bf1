"""Read contexts and credentials from the kubeconfig."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.errors import ClusterError, ToolCrashed, ToolTimeout
from scaffolder.tools.cluster.limits import within
from scaffolder.tools.process import CompletedRun, Processes


@dataclass(frozen=True, kw_only=True)
class Context:
    """An entry of the kubeconfig: name, cluster, namespace, and whether kubectl uses it now."""

    name: str
    cluster: str
    namespace: str
    current: bool


def contexts() -> tuple[Context, ...]:
    """Return the contexts of KUBECONFIG (or ~/.kube/config), without a request to any cluster."""
    from kubernetes import config  # 0.2 s, and only the functions of this module need it

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


def namespace_of(context: str) -> str:
    """Return the namespace that the kubeconfig gives a context, or "" if it names none."""
    from kubernetes import config

    found, _ = config.list_kube_config_contexts()  # type: ignore[no-untyped-call]
    return next(
        (str(entry["context"].get("namespace", "")) for entry in found if entry["name"] == context),
        "",
    )


@contextmanager
def client_of(context: str, *, seconds: float) -> Iterator[Any]:
    """Provide a Kubernetes client with the credentials of `context`, which may take `seconds`.

    Raises:
        ClusterError: the context does not exist, or its credentials cannot be had.

    """
    from kubernetes import client, config

    configuration = client.Configuration()
    try:
        _load(context, configuration, seconds)
    except config.ConfigException as error:
        known = ", ".join(entry.name for entry in contexts())
        raise ClusterError(
            f"context {context} cannot be used: {' '.join(str(error).split())[:200]}",
            hint=f"the contexts are {known}"
            if known
            else "KUBECONFIG names no file with a context",
        ) from error
    connection = client.ApiClient(configuration)
    try:
        yield connection
    finally:
        connection.rest_client.pool_manager.clear()


def _load(context: str, configuration: Any, seconds: float) -> None:
    """Fill the client's `configuration` in.

    A credentials plugin is run here and not by the client: the client logs a failure and goes on
    without credentials, and gives the plugin no limit of time.
    """
    from kubernetes.config import ConfigException, kube_config

    merged = kube_config.KubeConfigMerger(kube_config.KUBE_CONFIG_DEFAULT_LOCATION).config  # type: ignore[no-untyped-call]
    if merged is None:
        raise ConfigException("Invalid kube-config file. No configuration found.")
    loader = kube_config.KubeConfigLoader(merged, active_context=context, config_base_path=None)  # type: ignore[no-untyped-call]
    entry = merged["contexts"].get_with_name(context)["context"]
    user = (
        merged["users"].get_with_name(entry.safe_get("user"), safe=True)
        if entry.safe_get("user")
        else None
    )
    if user and _wants_plugin(settings := user["user"].value):
        plugin = settings.pop("exec")
        cluster = merged["clusters"].get_with_name(entry["cluster"])["cluster"].value
        settings |= _from_plugin(context, plugin, cluster, Path(user.path or "").parent, seconds)
    # An entry of the kind `auth-provider` may ask a login service for a token too.
    within(
        seconds,
        lambda: loader.load_and_set(configuration),  # type: ignore[no-untyped-call]
        ClusterError(_late(context, seconds)),
    )


def _wants_plugin(settings: Mapping[str, Any]) -> bool:
    return bool(settings.get("exec")) and not any(
        settings.get(key) for key in ("token", "tokenFile", "auth-provider")
    )


def _from_plugin(
    context: str,
    plugin: Mapping[str, Any],
    cluster: Mapping[str, Any],
    folder: Path,
    seconds: float,
) -> dict[str, str]:
    """Run a credentials plugin and return what it gives, as settings of a user in the kubeconfig.

    https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
    """
    command = str(plugin.get("command") or "")
    name = f"the credentials plugin {command} of context {context}"
    hint = (
        " ".join(str(plugin.get("installHint") or "").split())
        or f"kubectl --context {context} get pods runs it too"
    )
    done = _run_plugin(context, plugin, cluster, folder, seconds, name=name, hint=hint)
    if done.exit_code:
        raise ClusterError(
            f"{name} failed with exit code {done.exit_code}{_end(done.stderr)}", hint=hint
        )
    try:
        status = json.loads(done.stdout)["status"]
    except (ValueError, TypeError, KeyError) as error:
        raise ClusterError(
            f"{name} printed no ExecCredential{_end(done.stderr)}", hint=hint
        ) from error
    credentials = {
        "token": str(status.get("token") or ""),
        "client-certificate-data": _encoded(status.get("clientCertificateData")),
        "client-key-data": _encoded(status.get("clientKeyData")),
    }
    given = {key: value for key, value in credentials.items() if value}
    if "token" not in given and len(given) < 2:
        raise ClusterError(f"{name} gave neither a token nor a certificate with its key", hint=hint)
    return given


def _run_plugin(
    context: str,
    plugin: Mapping[str, Any],
    cluster: Mapping[str, Any],
    folder: Path,
    seconds: float,
    *,
    name: str,
    hint: str,
) -> CompletedRun:
    command = str(plugin.get("command") or "")
    beside = (
        os.sep in command and not Path(command).is_absolute()
    )  # then it is relative to the kubeconfig
    argv = (
        str(folder / command) if beside else command,
        *(str(word) for word in plugin.get("args") or ()),
    )
    spec: dict[str, Any] = {"interactive": False}
    if plugin.get("provideClusterInfo"):
        spec["cluster"] = dict(cluster)
    info = {"apiVersion": plugin.get("apiVersion", ""), "kind": "ExecCredential", "spec": spec}
    given = {str(variable["name"]): str(variable["value"]) for variable in plugin.get("env") or ()}
    environment = {**os.environ, **given, "KUBERNETES_EXEC_INFO": json.dumps(info)}
    try:
        return Processes().run(name, argv, env=environment, timeout=seconds)
    except ToolTimeout as error:
        raise ClusterError(_late(context, seconds), hint=hint) from error
    except ToolCrashed as error:
        raise ClusterError(error.message, hint=hint) from error


def _late(context: str, seconds: float) -> str:
    return f"the credentials of context {context} were not there within {seconds:g} s"


def _end(stderr: str) -> str:
    """Return the last lines of a program's error output, to end a sentence with."""
    words = " ".join(" ".join(stderr.strip().splitlines()[-3:]).split())
    return f": {words[-300:]}" if words else ""


def _encoded(text: object) -> str:
    """Return a PEM text as the kubeconfig has it."""
    return base64.b64encode(str(text).encode()).decode() if text else ""
