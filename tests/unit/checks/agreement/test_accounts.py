"""AG069: service accounts and roles that pods and bindings name."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Finding, Severity

POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  template:
    spec:
      serviceAccountName: %s
      containers: [{name: shop, image: shop}]
"""
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: %s, namespace: shop}\n"
ROLE = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: %s, namespace: shop}\nrules: []\n"
BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: shop, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: %s, name: %s}
subjects:
  - kind: ServiceAccount
    name: %s
    namespace: %s
"""
BUILD = "resources: [account.yaml, pod.yaml, role.yaml, binding.yaml]\n"


def found(root: Path, **files: str) -> list[Finding]:
    named = {name.replace("__", "/"): text for name, text in files.items()}
    chosen = checks.choose(select=["AG069"], ignore=[])
    report = checks.run(written(root, named), chosen, ScriptedToolchain({}))
    return [one for result in report.results for one in result.findings]


def build(
    account: str = "shop-api",
    role: str = "shop-reader",
    pod: str = "shop-api",
    kind: str = "Role",
    asked: str = "shop-reader",
    subject: str = "shop-api",
    space: str = "shop",
    more: str = "",
    folder: str = "k8s/",
) -> dict[str, str]:
    return {
        f"{folder}kustomization.yaml": BUILD + more,
        f"{folder}account.yaml": ACCOUNT % account,
        f"{folder}pod.yaml": POD % pod,
        f"{folder}role.yaml": ROLE % role,
        f"{folder}binding.yaml": BINDING % (kind, asked, subject, space),
    }


@pytest.mark.parametrize(
    ("changed", "file", "meant"),
    [
        ({"pod": "shop-app-api"}, "pod.yaml", ""),
        ({"pod": "shop-apis"}, "pod.yaml", "name shop-api"),
        ({"pod": "shopp-api"}, "pod.yaml", "name shop-api"),
        ({"asked": "shop-raeder"}, "binding.yaml", "name shop-reader"),
        ({"asked": "reading"}, "binding.yaml", "name shop-reader"),
        ({"subject": "shpo-api"}, "binding.yaml", "name shop-api"),
        ({"subject": "other", "pod": "default"}, "binding.yaml", "name shop-api"),
        ({"asked": "shop-raeder", "more": "namePrefix: prod-\n"}, "binding.yaml", "name prod-shop-reader"),
    ],
)  # fmt: skip
def test_a_name_that_nothing_has_is_reported(
    changed: dict[str, str], file: str, meant: str, tmp_path: Path
) -> None:
    (one,) = found(tmp_path, **build(**changed))
    assert one.path == Path("k8s", file)
    assert one.fix.startswith(meant or "add the ServiceAccount")
    assert one.severity == (Severity.ERROR if meant else Severity.WARNING)


def test_plain_files_are_held_against_those_beside_them(tmp_path: Path) -> None:
    files = build(asked="shop-raeder")
    del files["k8s/kustomization.yaml"]
    (one,) = found(tmp_path, **files)
    assert "names Role shop-raeder" in one.message


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"more": "namePrefix: prod-\nnamespace: prod\n"},
        {"pod": "default"},
        {"kind": "ClusterRole", "asked": "view", "role": "used"},
        {"kind": "ClusterRole", "asked": "system:auth-delegator"},
        {"kind": "ClusterRole", "asked": "cert-manager-edit"},
        {"subject": "prometheus", "space": "monitoring"},
        {"pod": "${ACCOUNT}"},
        {"pod": "from-terraform"},
        {"pod": "of-a-script"},
        {"pod": "in-a-page"},
    ],
)
def test_what_is_made_or_of_others_is_not(changed: dict[str, str], tmp_path: Path) -> None:
    others = {
        "main.tf": 'resource "kubernetes_service_account" "a" {\n  metadata { name = "from-terraform" }\n}\n',
        "setup.sh": "kubectl create serviceaccount of-a-script\n",
        "docs/setup.md": "Make the service account in-a-page.\n",
    }
    assert found(tmp_path, **build(**changed), **others) == []


CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "chart/templates/account.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: shop-api}\n",
}


@pytest.mark.parametrize(
    ("name", "values", "number"),
    [
        ("{{ .Release.Name }}-web", "a: 1\n", 1),
        ("shop-apii", "a: 1\n", 1),
        ("shop-api", "a: 1\n", 0),
        ("{{ .Values.account }}", "account: from-elsewhere\n", 0),
        ('{{ .Values.account | default "other" }}', "account: \n", 0),
    ],
)
def test_a_release_has_the_accounts_of_its_pods(
    name: str, values: str, number: int, tmp_path: Path
) -> None:
    files = {**CHART, "chart/values.yaml": values, "chart/templates/pod.yaml": POD % name}
    assert len(found(tmp_path, **files)) == number
