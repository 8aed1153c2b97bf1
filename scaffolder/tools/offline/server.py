"""A gRPC server that stands for a configuration's providers, so that it validates offline.

Terraform connects to the addresses in TF_REATTACH_PROVIDERS instead of starting a provider, and
neither downloads nor locks those. `validate`, and `test` with mock providers, ask for the schema
and for the provider's own opinion on each block; the opinion is always "no objection", which is why
this level is called "schema" and not "provider".
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import grpc

from scaffolder.tools.offline import wire
from scaffolder.tools.offline.catalog import Part

_NO_OBJECTION = b""  # an empty message: no diagnostics
_EMPTY_ANSWERS = (
    "ValidateProviderConfig",
    "ValidateResourceConfig",
    "ValidateDataResourceConfig",
    "ValidateEphemeralResourceConfig",
    "GetResourceIdentitySchemas",
    "StopProvider",
)
_REGISTRIES = ("registry.terraform.io", "registry.opentofu.org")


Answers = Mapping[str, Callable[[bytes, str], bytes]]
"""Calls of the protocol by name: each takes a request and the connection that it came by."""


@contextmanager
def serving(
    parts: Mapping[str, Part],
    answers: Callable[[str, Part], Answers] = lambda address, part: {},
    *,
    own_connections: bool = False,
) -> Iterator[dict[str, str]]:
    """Serve the schemas of providers ("hashicorp/aws"); yield the environment for Terraform.

    `answers` gives the calls that a provider answers beside the schema. With `own_connections` each
    configuration of a provider is told from the others, which a Unix socket does not do.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="scaffold-"))
        threads = stack.enter_context(ThreadPoolExecutor(max_workers=4))
        reattach = {}
        for number, (address, part) in enumerate(sorted(parts.items())):
            server = grpc.server(threads, options=[("grpc.max_send_message_length", -1)])
            server.add_generic_rpc_handlers((_provider(part, answers(address, part)),))
            socket = None if own_connections else Path(folder, f"{number}.sock")
            network, place = _listen(server, socket)
            server.start()
            stack.callback(server.stop, grace=None)
            for registry in _REGISTRIES:
                reattach[f"{registry}/{address}"] = {
                    "Protocol": "grpc",
                    "ProtocolVersion": 6,
                    "Pid": os.getpid(),
                    "Test": True,  # Terraform must not end this process when it is done
                    "Addr": {"Network": network, "String": place},
                }
        yield {"TF_REATTACH_PROVIDERS": json.dumps(reattach)}


def _provider(part: Part, answers: Answers) -> grpc.GenericRpcHandler:
    schema = wire.provider_schema(
        part.provider, part.resources, part.data_sources, part.ephemeral_resources
    )
    fixed = {"GetProviderSchema": schema} | dict.fromkeys(_EMPTY_ANSWERS, _NO_OBJECTION)
    handlers = {call: _always(answer) for call, answer in fixed.items()}
    handlers |= {call: _asked(answer) for call, answer in answers.items()}
    return grpc.method_handlers_generic_handler("tfplugin6.Provider", handlers)


def _always(answer: bytes) -> grpc.RpcMethodHandler:
    return grpc.unary_unary_rpc_method_handler(lambda _request, _context: answer)


def _asked(answer: Callable[[bytes, str], bytes]) -> grpc.RpcMethodHandler:
    return grpc.unary_unary_rpc_method_handler(
        lambda request, context: answer(request, context.peer())
    )


def _listen(server: grpc.Server, socket: Path | None) -> tuple[str, str]:
    """Listen on a Unix socket, which is private, or else on this machine's own address."""
    if socket and len(os.fsencode(socket)) < _LONGEST_SOCKET_PATH:
        try:
            server.add_insecure_port(f"unix:{socket}")
        except RuntimeError:
            pass
        else:
            return "unix", str(socket)
    return "tcp", f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"


_LONGEST_SOCKET_PATH = 104  # macOS; Linux allows 108
