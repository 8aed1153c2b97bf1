"""Servers of a lab that are replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.errors import ProjectError
from scaffolder.lab import rollout


def written(root: Path, **files: str) -> Path:
    for name, text in files.items():
        file = root / {"servers": rollout.SERVERS, "pods": "helm/orders/values-prod.yaml"}[name]
        file.parent.mkdir(parents=True)
        file.write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "number", "kind"),
    [
        ({"servers": "region = 1\nservers    = 1\n"}, 1, "server"),
        ({"servers": "servers = 2\n"}, 2, "server"),
        ({"servers": "servers = 5\n"}, rollout.MOST, "server"),
        ({"pods": "autoscaling:\n  minReplicas: 3\n  maxReplicas: 9\n"}, 3, "pod"),
        ({"servers": "# servers = 2\n", "pods": "autoscaling:\n  minReplicas: 2\n"}, 2, "pod"),
    ],
)
def test_the_repository_states_how_many_serve(
    tmp_path: Path, files: dict[str, str], number: int, kind: str
) -> None:
    expected = rollout.Serving(number=number, kind=kind)
    assert rollout.serving(written(tmp_path, **files)) == expected


@pytest.mark.parametrize("text", ["", "servers = 0\n", "# servers = 2\n"])
def test_a_repository_without_servers_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ProjectError, match=r"common\.tfvars names no number of servers"):
        rollout.serving(written(tmp_path, servers=text))
