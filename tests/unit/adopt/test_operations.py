"""Which chart is the service's, and which cloud, region and chat its own files speak of."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.adopt import charts, operations

TEMPLATE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
JENKINS = {
    "cluster/jenkins/Chart.yaml": "name: jenkins\n",
    "cluster/jenkins/values.yaml": "region: us-east-1\nurl: 1.dkr.ecr.amazonaws.com\nslack_url: x\n",
}
PACKAGE = {"package.json": '{"name": "till"}'}


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        (
            {
                "all-of-prod/Chart.yaml": "name: all-of-prod\ndependencies: [{name: a}]\n",
                "charts/till/Chart.yaml": "name: till\n",
                **JENKINS,
            },
            "charts/till",
        ),
        (
            {"a/Chart.yaml": "name: a\n", "deploy/shop-till/Chart.yaml": "name: shop-till\n"},
            "deploy/shop-till",
        ),
        ({"helm/Chart.yaml": "name: helm\n", "helm/templates/a.yaml": TEMPLATE}, "helm"),
        (JENKINS, None),
        # The service's own chart, made of a library of the organization's.
        (
            {"charts/shop-till/Chart.yaml": "name: shop-till\ndependencies: [{name: java}]\n"},
            "charts/shop-till",
        ),
        ({"a/Chart.yaml": "name: a\n", "b/Chart.yaml": "name: b\n"}, None),
        (
            {
                "charts/till/Chart.yaml": "name: till\n",
                "charts/till/charts/db/Chart.yaml": "name: db\n",
            },
            "charts/till",
        ),
        ({"lib/Chart.yaml": "name: till\ntype: library\n"}, None),
    ],
)
def test_the_chart_of_the_service(
    tmp_path: Path, files: dict[str, str], folder: str | None
) -> None:
    found = charts.chart(written(tmp_path, {**PACKAGE, **files}))
    assert (found.value if found else None) == folder


@pytest.mark.parametrize(
    ("files", "cloud", "region", "chat"),
    [
        (JENKINS, None, None, None),
        (
            {
                "helm/till/Chart.yaml": "name: till\n",
                "helm/till/values.yaml": "image: a.azurecr.io/x\n",
            },
            "azure",
            None,
            None,
        ),
        (
            {
                "helm/till/Chart.yaml": "name: till\n",
                "helm/till/values.yaml": "# a.azurecr.io, hooks.slack.com\n",
            },
            None,
            None,
            None,
        ),
        (
            {
                "azure.yaml": "name: till\nservices: {}\n",
                "infra/main.bicep": "param location string = 'eastus2'\n",
            },
            "azure",
            "eastus2",
            None,
        ),
        (
            {
                "infra/main.bicep": "param location string = resourceGroup().location\nlocation: location\n"
            },
            "azure",
            None,
            None,
        ),
        (
            {"docs/main.tf": 'provider "aws" {}\n', "examples/main.tf": 'provider "aws" {}\n'},
            None,
            None,
            None,
        ),
        ({"main.tf": 'provider "aws" {\n  region = "eu-west-1"\n}\n'}, "aws", "eu-west-1", None),
        ({"main.tf": 'provider "aws" {}\nprovider "azurerm" {}\n'}, None, None, None),
        (
            {
                ".github/workflows/a.yml": "- uses: google-github-actions/auth@v3\n- run: gcloud x\n- run: aws sts x\n"
            },
            None,
            None,
            None,
        ),
        (
            {".github/workflows/a.yml": "- uses: slackapi/slack-github-action@v2\n"},
            None,
            None,
            "slack",
        ),
        ({".github/workflows/a.yml": "- run: echo join us on Slack\n"}, None, None, None),
        ({"Jenkinsfile": "office365ConnectorSend url\n"}, None, None, "teams"),
    ],
)
def test_only_the_services_own_files_speak_of_it(
    tmp_path: Path, files: dict[str, str], cloud: str | None, region: str | None, chat: str | None
) -> None:
    project = written(tmp_path, {**PACKAGE, **files})
    found = operations.cloud(project)
    where = operations.region(project, found.value if found else "none")
    told = operations.chat(project)
    values = [one.value if one else None for one in (found, where, told)]
    assert values == [cloud, region, chat]
