"""Secrets: a repository with External Secrets has the files, the rights and the words for them, and no other repository has."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ROOT, Repository

from scaffolder.repository.facts import charts
from scaffolder.repository.project import Project
from scaffolder.template import answers
from scaffolder.tools.offline import custom_resources

KINDS: dict[str, dict[str, object]] = {
    "aws": {"cloud": "aws", "level": "work"},
    "azure": {"cloud": "azure", "level": "work"},
    "vault": {"cloud": "none", "level": "work"},
    "shared": {"cloud": "aws", "cluster": "shared", "level": "work"},
}
LISTED = """\
secrets:
  - name: database-password  # who reads it
  - {name: api-key, key: partner-api-key, refreshInterval: 5m}
"""


@pytest.fixture(scope="module", params=KINDS)
def root(request: pytest.FixtureRequest, pristine: Repository) -> Path:
    """Return a repository with External Secrets, not to be changed."""
    return pristine(secrets="external-secrets", runtime="go", **KINDS[request.param])


@pytest.fixture(scope="module")
def listed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return it with two secrets, and with what a shared cluster has to be told."""
    copy = Path(shutil.copytree(root, tmp_path_factory.mktemp("listed") / root.name))
    values = copy / "helm/my-service/values.yaml"
    values.write_text(values.read_text().replace("secrets: []\n", LISTED))
    for file in copy.glob("helm/my-service/values-*.yaml"):
        file.write_text(
            file.read_text().replace('role: ""', 'role: "arn:aws:iam::111122223333:role/x"')
        )
    return Project(copy)


def objects_of(project: Project, kind: str) -> list[dict[Any, Any]]:
    return [one.content for one in charts.objects(project) if one.kind == kind]


def test_nobody_gets_secrets_unasked() -> None:
    name = {"service_name": "my-service"}
    assert answers.complete(name)["secrets"] == "none"
    assert answers.complete(name, proposed=answers.proposals())["secrets"] == "none"


def test_without_secrets_no_file_speaks_of_them(pristine: Repository) -> None:
    root = pristine(runtime="go", cloud="aws", level="work")
    texts = (file for file in root.rglob("*") if file.is_file() and ".copier" not in file.name)
    assert [file for file in texts if "external-secrets" in file.read_text(errors="replace")] == []
    assert not (root / ".env.example").exists()


def test_an_empty_list_adds_no_object_to_the_chart(root: Path) -> None:
    project = Project(root)
    assert objects_of(project, "ExternalSecret") + objects_of(project, "SecretStore") == []
    [account, *others] = {
        str(one["metadata"]["name"]) for one in objects_of(project, "ServiceAccount")
    }
    assert (account, others) == ("my-service", [])
    pod = objects_of(project, "Deployment")[0]["spec"]["template"]["spec"]
    assert [volume["name"] for volume in pod["volumes"]] == ["tmp"]


def test_each_secret_is_a_file_of_the_pods_and_no_variable(listed: Project) -> None:
    made = {one["spec"]["target"]["name"]: one for one in objects_of(listed, "ExternalSecret")}
    assert sorted(made) == ["my-service-api-key", "my-service-database-password"]
    for deployment in objects_of(listed, "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        [secrets] = [volume for volume in pod["volumes"] if volume["name"] == "secrets"]
        sources = [one["secret"] for one in secrets["projected"]["sources"]]
        assert [one["name"] for one in sources] == sorted(made, reverse=True)
        assert [one["items"][0]["path"] for one in sources] == ["database-password", "api-key"]
        [mount] = [one for one in pod["containers"][0]["volumeMounts"] if one["name"] == "secrets"]
        assert (mount["mountPath"], mount["readOnly"]) == ("/run/secrets/my-service", True)
        assert "subPath" not in mount
        assert "valueFrom" not in str(pod["containers"][0]["env"])


def test_what_is_rendered_is_valid_and_is_read_from_the_store_of_its_environment(
    listed: Project,
) -> None:
    keys = set()
    for one in objects_of(listed, "ExternalSecret") + objects_of(listed, "SecretStore"):
        assert custom_resources.violations(one) == ()
        if one["kind"] == "ExternalSecret":
            [data] = one["spec"]["data"]
            keys.add(data["remoteRef"]["key"])
            assert one["spec"]["secretStoreRef"] == {"kind": "SecretStore", "name": "my-service"}
            rhythm = "5m" if one["metadata"]["name"].endswith("api-key") else "1h"
            assert one["spec"]["refreshInterval"] == rhythm
    stores = {str(one["spec"]["provider"]) for one in objects_of(listed, "SecretStore")}
    assert len(keys) == 6 or len(stores) == 3, "environments share no value"
    assert {key.rpartition("/")[2] for key in keys} == {"database-password", "partner-api-key"}


def test_the_pipeline_may_make_what_the_chart_holds_and_nothing_else(
    root: Path, pristine: Repository
) -> None:
    rights = (root / "platform/deployer-role.yaml").read_text(encoding="utf-8")
    role = next(yaml.safe_load_all(rights))
    [rule] = [one for one in role["rules"] if one["apiGroups"] == ["external-secrets.io"]]
    assert rule["resources"] == ["externalsecrets", "secretstores"]
    without = pristine(runtime="go", cloud="aws", level="work") / "platform/deployer-role.yaml"
    assert "external-secrets.io" not in without.read_text(encoding="utf-8")


def test_the_migration_of_the_page_is_one_that_the_chart_takes(listed: Project) -> None:
    page = (ROOT / "docs/secrets.md").read_text(encoding="utf-8")
    [job] = re.findall(r"```yaml\n(apiVersion: batch/v1\n.*?)```", page, flags=re.DOTALL)
    file = listed.root / "helm/my-service/templates/migration.yaml"
    file.write_text(job, encoding="utf-8")
    try:
        made = objects_of(Project(listed.root), "Job")
    finally:
        file.unlink()
    assert made[0]["metadata"]["annotations"]["helm.sh/hook"] == "pre-upgrade"
    pod = made[0]["spec"]["template"]
    [mount] = pod["spec"]["containers"][0]["volumeMounts"]
    assert mount["name"] == pod["spec"]["volumes"][0]["name"] == "secrets"
    assert "app.kubernetes.io/instance" not in pod["metadata"]["labels"]
