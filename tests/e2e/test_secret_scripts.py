"""No value of a secret is an argument, a line of a log or a file of the repository, whatever script handles it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support import Repository

pytestmark = [
    pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")
    for program in ("bash", "jq", "make", "awk")
]

CANARY = "canary-5Kq$(x)'\" \\ %s"
CLOUDS: dict[str, dict[str, object]] = {
    "aws": {"cloud": "aws"},
    "azure": {"cloud": "azure"},
    "vault": {"cloud": "none"},
}
NAMED = {
    "aws": "--secret-id my-service-dev/partner-api-key",
    "azure": "--name partner-api-key",
    "vault": "my-service/dev/partner-api-key",
}
LISTED = "secrets:\n  - name: api-key\n    key: partner-api-key\n"
STAND_IN = """\
#!/usr/bin/env bash
echo "$(basename "$0") $*" >>"$RECORDED/arguments"
case "$*" in
  *stdin* | *value=-*) tee -a "$RECORDED/store" ;;
  *"apply -f -"*) cat >/dev/null ;;
esac
[[ "$*" != *"get clusters"* ]] || echo my-service
"""
PROGRAMS = ("aws", "az", "docker", "helm", "kind", "kubectl", "vault")


class Machine:
    """A repository that lists one secret, on a machine whose programs write down what they are told."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = Path(shutil.copytree(root, folder / "repository"))
        self.recorded = folder / "recorded"
        self.recorded.mkdir()
        programs = folder / "bin"
        programs.mkdir()
        for name in PROGRAMS:
            (programs / name).write_text(STAND_IN)
            (programs / name).chmod(0o755)
        values = self.root / "helm/my-service/values.yaml"
        values.write_text(values.read_text().replace("secrets: []\n", LISTED))
        self.environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(folder),
            "RECORDED": str(self.recorded),
            "VAULT_ADDR": "https://vault.example.com:8200",
        }

    def run(self, script: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", script],
            cwd=self.root,
            env={**self.environment, **more},
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def said(self, name: str) -> str:
        file = self.recorded / name
        return file.read_text() if file.is_file() else ""

    def holds(self, value: str) -> list[str]:
        """Return the files of the repository that have the value in them."""
        files = (file for file in self.root.rglob("*") if file.is_file())
        return [file.name for file in files if value.encode() in file.read_bytes()]


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def machine(cloud: str, pristine: Repository, tmp_path: Path) -> Machine:
    root = pristine(secrets="external-secrets", runtime="go", level="work", **CLOUDS[cloud])
    return Machine(root, tmp_path)


def test_a_value_reaches_the_store_and_nothing_else(cloud: str, machine: Machine) -> None:
    done = machine.run("ci/secret.sh", f"{CANARY}\n", ENVIRONMENT="dev", NAME="partner-api-key")
    assert done.returncode == 0, done.stderr
    assert machine.said("store") == CANARY
    assert NAMED[cloud] in machine.said("arguments")
    assert CANARY not in done.stdout + done.stderr + machine.said("arguments")
    assert machine.holds(CANARY) == []


@pytest.mark.parametrize(
    ("given", "name", "more", "reason"),
    [
        ("", "partner-api-key", {}, "is empty: nothing was written"),
        (CANARY, "api-key", {}, "no secret is called api-key"),
        (CANARY, "partner-api-key", {"DRY_RUN": "1"}, ""),
    ],
)
def test_nothing_is_written_that_is_not_meant(
    given: str, name: str, more: dict[str, str], reason: str, machine: Machine
) -> None:
    done = machine.run("ci/secret.sh", given, ENVIRONMENT="dev", NAME=name, **more)
    assert (done.returncode == 0) is (not reason)
    assert reason in done.stderr
    assert machine.said("store") == ""
    assert CANARY not in done.stdout + done.stderr


def test_a_cluster_on_this_machine_gets_the_values_of_its_settings(machine: Machine) -> None:
    shutil.copy(machine.root / "ci/secret.sh", machine.root / "ci/build.sh")
    (machine.root / "ci/build.sh").write_text("#!/usr/bin/env bash\nmkdir -p build/image\n")
    (machine.root / "ci/build.sh").chmod(0o755)
    assert "API_KEY is not in .env" in machine.run("ci/local.sh").stderr
    (machine.root / ".env").write_text(f"OTHER=1\nAPI_KEY={CANARY}")
    done = machine.run("ci/local.sh")
    assert done.returncode == 0, done.stderr
    assert CANARY in machine.said("store")
    assert CANARY not in done.stdout + done.stderr + machine.said("arguments")
    assert machine.holds(CANARY) == [".env"]


def test_settings_of_this_machine_are_read_as_they_are_written(machine: Machine) -> None:
    (machine.root / "app/build.sh").write_text("#!/usr/bin/env bash\n")
    service = machine.root / "build/app/service"
    service.parent.mkdir(parents=True)
    service.write_text('#!/usr/bin/env bash\nprintf "%s|%s|%s" "$API_KEY" "$PORT" "${not_one:-}"\n')
    service.chmod(0o755)
    (machine.root / ".env").write_text(f"# PORT=1\nAPI_KEY={CANARY}\nPORT=9000\nnot_one=x\n")
    assert machine.run("app/run.sh").stdout == f"{CANARY}|9000|"
    assert machine.run("app/run.sh", PORT="9100").stdout == f"{CANARY}|9100|"


def test_terraform_holds_no_value_and_git_ignores_them(machine: Machine) -> None:
    texts = [file.read_text() for file in machine.root.rglob("*.tf")]
    with_values = ("aws_secretsmanager_secret_version", 'resource "azurerm_key_vault_secret"')
    assert [text for text in texts if any(word in text for word in with_values)] == []
    assert ".env" in (machine.root / ".gitignore").read_text().split("\n")
    assert ".env.example" not in (machine.root / ".gitignore").read_text().split("\n")
    assert (machine.root / ".dockerignore").read_text().split("\n")[1] == "*"


LISTED_TWICE = """\
secrets:
  - name: database-password  # who reads it
  - {name: api-key, key: partner-api-key, refreshInterval: 5m}
"""


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("name", ["database-password", "api-key", "c", "d"]),
        ("key", ["database-password", "partner-api-key", "c", "D-1"]),
    ],
)
def test_the_list_is_read_in_each_form_of_yaml(
    field: str, names: list[str], pristine: Repository, tmp_path: Path
) -> None:
    root = pristine(secrets="external-secrets", runtime="go", cloud="aws", level="work")
    values = tmp_path / "values.yaml"
    values.write_text(
        f"config: {{}}\n{LISTED_TWICE}  - name: \"c\"\n  # - name: out\n  - key: 'D-1'\n    name: d\nroute:\n  name: no\n"
    )
    read = ["awk", "-v", f"field={field}", "-f", str(root / "ci/secrets.awk"), str(values)]
    said = subprocess.run(read, capture_output=True, text=True, check=True)
    assert said.stdout.split() == names
