"""Commands that deploy or publish, and the files that a text for the shell runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.ci.trap import (
    commands,
    deploys,
    named_files,
    publishes,
    refuses_older,
)


@pytest.mark.parametrize(
    ("shell", "changes"),
    [
        ("helm upgrade --install shop .", True),
        ("kubectl -n shop apply -f a.yaml", True),
        ("terraform apply -auto-approve", True),
        ("helm --kube-context prod -n shop upgrade shop .", True),
        ("kubectl --context prod rollout restart deploy/shop", True),
        ("kubectl -n shop get apply", False),
        ("kubectl -n apply get pods", False),
        ("helm upgrade shop . --dry-run", False),
        ("helm template shop .", False),
        ("kubectl get pods", False),
        ("echo helm upgrade shop .", False),
        ("# helm upgrade shop .", False),
        ("terraform plan", False),
    ],
)
def test_a_command_may_change_a_deployment(shell: str, *, changes: bool) -> None:
    assert deploys(shell) is changes


@pytest.mark.parametrize(
    ("shell", "puts"),
    [
        ("docker push x", True),
        ("docker buildx build --push .", True),
        ("npm publish", True),
        ("docker build .", False),
        ("npm run build", False),
        ("echo npm publish", False),
    ],
)
def test_a_command_may_publish(shell: str, *, puts: bool) -> None:
    assert publishes(shell) is puts


def test_lines_that_only_print_are_no_commands() -> None:
    assert commands("echo a\nmake\\\n  b # c\nprintf x | sh\n") == ["make b", "printf x | sh"]


FILES = {
    "Makefile": "deploy:\n\ttrue\n",
    "ci/deploy.sh": "helm upgrade x .\n",
    "safe.sh": "git merge-base --is-ancestor a b\n",
}


@pytest.mark.parametrize(
    ("shell", "files"),
    [
        ("make deploy", ["the Makefile"]),
        ("./ci/deploy.sh", ["ci/deploy.sh"]),
        ("bash ci/deploy.sh prod", ["ci/deploy.sh"]),
        ("ci/missing.sh", []),
        ("cd app && ./ci/deploy.sh", []),
        ("ls", []),
    ],
)
def test_files_that_a_text_runs(shell: str, files: list[str], tmp_path: Path) -> None:
    assert list(named_files(written(tmp_path, FILES), shell)) == files


@pytest.mark.parametrize(
    ("shell", "refuses"),
    [
        ("git merge-base --is-ancestor a b", True),
        ("./safe.sh && ./ci/deploy.sh", True),
        ("./ci/deploy.sh", False),
        ("git merge-base a b", False),
    ],
)
def test_a_text_may_refuse_an_older_version(shell: str, *, refuses: bool, tmp_path: Path) -> None:
    assert refuses_older(written(tmp_path, FILES), shell) is refuses
