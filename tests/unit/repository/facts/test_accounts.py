"""Service accounts and roles that pods and bindings name."""

from __future__ import annotations

from pathlib import Path

from support import written

from scaffolder.repository.facts.accounts import named, unmade

FILES = {
    "k8s/account.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shop}\n",
    "k8s/binding.yaml": "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\n"
    "roleRef: {kind: ClusterRole, name: view}\n"
    "subjects: [{kind: ServiceAccount, name: shop}, {kind: User, name: ann}]\n",
    "k8s/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {serviceAccountName: shoop}\n",
}


def test_users_and_what_a_cluster_has_are_left_out(tmp_path: Path) -> None:
    found = named(written(tmp_path, FILES))
    assert sorted((one.kind, one.name) for one in found) == [
        ("ServiceAccount", "shoop"),
        ("ServiceAccount", "shop"),
    ]


def test_what_is_meant_is_beside_it(tmp_path: Path) -> None:
    (one,) = unmade(written(tmp_path, FILES))
    assert one.used.name == "shoop"
    assert one.meant is not None
    assert one.meant.name == "shop"
