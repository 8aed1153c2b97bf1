"""The server that Terraform takes for a provider, asked the way Terraform asks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import grpc
import pytest

from scaffolder.tools.offline.catalog import load, matching
from scaffolder.tools.offline.server import serving

PART = load(matching("hashicorp/random", "")[0], {"random_id"})


def ask(place: dict[str, str], call: str) -> bytes:
    target = f"unix:{place['String']}" if place["Network"] == "unix" else place["String"]
    with grpc.insecure_channel(target) as channel:
        answer = channel.unary_unary(f"/tfplugin6.Provider/{call}")(b"", timeout=5)
        assert isinstance(answer, bytes)
        return answer


def test_serving_answers_for_each_provider() -> None:
    with serving({"hashicorp/random": PART, "example/other": PART}) as env:
        places = json.loads(env["TF_REATTACH_PROVIDERS"])
        assert sorted(places) == [
            f"{host}/{address}"
            for host in ("registry.opentofu.org", "registry.terraform.io")
            for address in ("example/other", "hashicorp/random")
        ]
        for place in places.values():
            assert (place["ProtocolVersion"], place["Pid"], place["Test"]) == (6, os.getpid(), True)
            assert b"random_id" in ask(place["Addr"], "GetProviderSchema")
            assert ask(place["Addr"], "ValidateResourceConfig") == b""


def test_serving_says_that_it_does_not_know_other_calls() -> None:
    with serving({"hashicorp/random": PART}) as env:
        (place, _) = json.loads(env["TF_REATTACH_PROVIDERS"]).values()
        with pytest.raises(grpc.RpcError, match="UNIMPLEMENTED"):
            ask(place["Addr"], "ApplyResourceChange")


def test_serving_uses_the_network_of_this_machine_where_the_path_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    with serving({"hashicorp/random": PART}) as env:
        (place, _) = json.loads(env["TF_REATTACH_PROVIDERS"]).values()
        assert place["Addr"]["Network"] == "tcp"
        assert place["Addr"]["String"].startswith("127.0.0.1:")
        assert b"random_id" in ask(place["Addr"], "GetProviderSchema")


def test_serving_leaves_nothing_behind() -> None:
    with serving({"hashicorp/random": PART}) as env:
        (place, _) = json.loads(env["TF_REATTACH_PROVIDERS"]).values()
        folder = Path(place["Addr"]["String"]).parent
        assert folder.is_dir()
    assert not folder.exists()
