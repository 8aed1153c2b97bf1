"""An upgrade of an object that Helm 3 or Terraform installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api_server import patched, recorded

from scaffolder.tools.cluster.ownership import installed_client_side, upgrade_patch

UPGRADES = recorded("upgrades")
MEASURED = [change for change, entry in UPGRADES["changes"].items() if "upgraded" in entry]
"""The changes that were also sent as the patch that Helm 3 would send."""


def owned(manager: str, operation: str, spec: dict[str, Any], **more: str) -> dict[str, Any]:
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": "v1",
        "fieldsV1": {"f:spec": spec},
        **more,
    }


def live(spec: dict[str, Any], *owners: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "metadata": {"name": "x", "managedFields": list(owners)},
        "spec": spec,
    }


def rendered(spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "v1", "metadata": {"name": "x"}, "spec": spec}


@pytest.mark.parametrize("change", MEASURED)
def test_an_upgrade_gives_what_helm_3_s_patch_was_recorded_to_give(change: str) -> None:
    installed = UPGRADES["installed"]["helm3"]["Deployment"]
    sent = patched(
        UPGRADES["changes"]["unchanged"]["object"], UPGRADES["changes"][change]["change"]
    )
    patch = upgrade_patch(installed, sent)
    assert patch is not None
    assert (
        list(
            _differences(patched(installed, patch)["spec"], UPGRADES["changes"][change]["upgraded"])
        )
        == []
    )


def _differences(ours: Any, theirs: Any, place: str = "spec") -> Iterator[str]:
    """Name where ours differs from what was recorded; what the server fills in again may be absent."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            yield from _differences(value, theirs.get(key), f"{place}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for entry, recorded_entry in zip(ours, theirs, strict=True):
            yield from _differences(entry, recorded_entry, place)
    elif ours != theirs:
        yield place


def test_a_field_that_another_manager_owns_stays() -> None:
    installed = live(
        {"a": 1, "b": 2},
        owned("helm", "Update", {"f:a": {}}),
        owned("kubectl-edit", "Update", {"f:b": {}}),
    )
    assert upgrade_patch(installed, rendered({"c": 3})) == {"spec": {"a": None, "c": 3}}


def test_a_field_that_no_manager_owns_stays() -> None:
    installed = live({"a": 1, "clusterIP": "10.0.0.1"}, owned("helm", "Update", {"f:a": {}}))
    assert upgrade_patch(installed, rendered({"a": 2})) == {"spec": {"a": 2}}


def test_a_field_that_two_own_stays_when_one_drops_it() -> None:
    installed = live(
        {"a": 1, "b": 1}, owned("helm", "Update", {"f:a": {}}), owned("hpa", "Update", {"f:a": {}})
    )
    assert upgrade_patch(installed, rendered({"b": 1})) == {}


def test_a_map_that_the_server_replaces_is_replaced() -> None:
    installed = live(
        {"selector": {"a": "1", "b": "2"}}, owned("helm", "Update", {"f:selector": {}})
    )
    assert upgrade_patch(installed, rendered({"selector": {"a": "1"}})) == {
        "spec": {"selector": {"b": None}}
    }


def test_entries_of_a_list_are_merged_by_their_keys() -> None:
    ports = [{"port": 80, "protocol": "TCP", "nodePort": 30080}, {"port": 81, "protocol": "TCP"}]
    key = 'k:{{"port":{},"protocol":"TCP"}}'
    fields: dict[str, Any] = {
        key.format(port): {".": {}, "f:port": {}, "f:protocol": {}} for port in (80, 81)
    }
    installed = live({"ports": ports}, owned("helm", "Update", {"f:ports": {".": {}, **fields}}))
    assert upgrade_patch(installed, rendered({"ports": [{"port": 80}]})) == {
        "spec": {"ports": [{"port": 80, "nodePort": 30080}]}
    }


def test_a_value_that_another_manager_added_to_a_set_stays() -> None:
    installed = live(
        {"names": ["a", "b"]},
        owned("helm", "Update", {"f:names": {".": {}, 'v:"a"': {}}}),
        owned("controller", "Update", {"f:names": {'v:"b"': {}}}),
    )
    assert upgrade_patch(installed, rendered({"names": ["c"]})) == {"spec": {"names": ["c", "b"]}}


def test_ownership_of_another_version_of_the_api_cannot_be_told() -> None:
    installed = live({"a": 1}, owned("helm", "Update", {"f:a": {}}) | {"apiVersion": "v1beta1"})
    assert upgrade_patch(installed, rendered({"a": 2})) is None


@pytest.mark.parametrize(
    ("manager", "operation", "more", "expected"),
    [
        ("helm", "Apply", {}, False),
        ("helm", "Update", {}, True),
        ("helm-controller", "Apply", {}, True),
        ("terraform-provider-helm_v3.1.0_x5", "Update", {}, True),
        ("Terraform", "Update", {}, True),
        ("kubectl-edit", "Update", {}, False),
        ("kube-controller-manager", "Update", {"subresource": "status"}, False),
    ],
)
def test_it_tells_who_installed_an_object(
    manager: str, operation: str, more: dict[str, str], expected: bool
) -> None:
    assert installed_client_side(live({}, owned(manager, operation, {}, **more))) is expected
