"""The commands of docs/first-deploy.md, run for real against stand-ins that refuse a call which they do not know.

bash, make, jq and awk are real. aws, az, gh, terraform, helm, kubectl, mise and crane are one stand-in: it takes the calls that
a test lists, whole or as a beginning, and fails on every other one, as a program fails on a wrong argument.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import first_deploy
import pytest
from sample import sample
from support import Repository

pytestmark = [
    pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")
    for program in ("bash", "jq", "make", "awk")
]

STAND_IN = (
    f"#!{sys.executable} -IS\n"
    + """
import json, os, pathlib, sys
home, call = pathlib.Path(os.environ["STAND_IN"]), [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]
text = "" if sys.stdin.isatty() or "-" not in call and call[:3] != ["gh", "secret", "set"] else sys.stdin.read()
with (home / "calls").open("a") as calls:
    calls.write(json.dumps([call, text]) + "\\n")
for word in call:
    if word.startswith("-out="):
        pathlib.Path(word[5:]).write_text("plan")
for words, answer, status in json.loads((home / "answers").read_text()):
    profile, rest = words[0].partition("AWS_PROFILE=")[2], words[1:]
    if profile and profile == os.environ.get("AWS_PROFILE") and call[: len(rest)] == rest:
        sys.stdout.write(answer)
        sys.exit(status)
    if call[: len(words)] == words or (words[-1] == "*" and set(words[:-1]) <= set(call)):
        sys.stdout.write(answer)
        sys.exit(status)
sys.exit(f"stand-in: nobody expects {call}")
"""
)
PROGRAMS = ("aws", "az", "gh", "terraform", "helm", "kubectl", "mise", "crane", "kubelogin")
HOOK = "https://chat.invalid/hook-4711"
ADMIN = "arn:aws:iam::111122223333:role/platform"
AWS = (
    ("aws sts get-caller-identity --query Account --output text", "111122223333\n"),
    (
        "aws ec2 describe-availability-zones --region eu-central-1 *",
        "eu-central-1a\teu-central-1b\teu-central-1c\n",
    ),
    ("aws service-quotas get-service-quota L-0263D0A3 *", "20.0\n"),
    ("aws service-quotas get-service-quota L-F678F1CE *", "5.0\n"),
    ("aws service-quotas get-service-quota L-1216C47A *", "64.0\n"),
    (
        "aws ec2 describe-addresses --region eu-central-1 --query length(Addresses) --output text",
        "2\n",
    ),
    ("aws ec2 describe-vpcs --region eu-central-1 --query length(Vpcs) --output text", "1\n"),
    ("gh api repos/example-org/my-service --jq .owner.id", "1001\n"),
    ("gh api repos/example-org/my-service --jq .id", "2002\n"),
)
AZURE = (
    ("az account show --query id --output tsv", "sub-1\n"),
    ("az ad group show --group Platform Team --query id --output tsv", "group-1\n"),
    (
        "az feature show --namespace Microsoft.Compute --name EncryptionAtHost --query properties.state --output tsv",
        "Registered\n",
    ),
    ("az provider register --namespace Microsoft.Compute", ""),
    ("az vm list-skus --location westeurope --size Standard_D2ds_v5 --zone *", "1\t2\t3\n"),
    ("az vm list-usage --location westeurope *", "4\t100\n"),
    ("az network list-usages --location westeurope *", "0\t20\n"),
)


@dataclass
class Laptop:
    """A repository, and the stand-ins on its PATH."""

    root: Path
    home: Path
    answers: list[tuple[list[str], str, int]] = field(default_factory=list)

    def on(self, call: str, says: str = "", status: int = 0) -> None:
        """Take `call` from now on; with a star at its end, its words in any order. The last rule goes first."""
        words = (
            ["az", "ad", "group", "show", "--group", "Platform Team"]
            if "Platform Team" in call
            else call.split()
        )
        self.answers.insert(0, (words, says, status))

    def make(self, target: str, **variables: str) -> subprocess.CompletedProcess[str]:
        (self.home / "answers").write_text(json.dumps(self.answers))
        return subprocess.run(
            ["make", "--silent", *target.split()],
            cwd=self.root,
            env={
                "PATH": f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "HOME": str(self.home),
                "STAND_IN": str(self.home),
                **variables,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def calls(self) -> list[tuple[list[str], str]]:
        log = self.home / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def verbs(self, *programs: str) -> list[str]:
        return [" ".join(call[:3]) for call, _ in self.calls if call[0] in programs]

    def values(self) -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in self.root.rglob("*.tfvars")}


@pytest.fixture
def laptop(repository: Repository, tmp_path: Path, request: pytest.FixtureRequest) -> Laptop:
    """The repository that the marker's parameters name, by default on AWS with GitHub Actions."""
    given = getattr(request, "param", {"cloud": "aws"})
    home = tmp_path / "stand-in"
    (home / "bin").mkdir(parents=True)
    for name in PROGRAMS:
        (home / "bin" / name).write_text(STAND_IN)
        (home / "bin" / name).chmod(0o755)
    made = Laptop(repository(**given), home)
    for call, says in AZURE if given.get("cloud") == "azure" else AWS:
        made.on(call, says)
    made.on("aws eks describe-cluster", status=254)
    made.on("az aks show", status=3)
    return made


azure = pytest.mark.parametrize("laptop", [{"cloud": "azure", "ci": "gitlab"}], indirect=True)


def text(laptop: Laptop, name: str) -> str:
    return (laptop.root / "terraform" / name).read_text(encoding="utf-8")


def test_what_can_be_looked_up_is_filled_in(laptop: Laptop) -> None:
    done = laptop.make("first-answers", ADMINS=f"{ADMIN},{ADMIN}-2", CIDRS="203.0.113.7/32")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    for root in ("bootstrap/terraform.tfvars", "shared/terraform.tfvars", "env/envs/qa.tfvars"):
        assert '= "111122223333"\n' in text(laptop, root)
    prod = text(laptop, "env/envs/prod.tfvars")
    assert f'admin_principal_arns = ["{ADMIN}", "{ADMIN}-2"]\n' in prod
    common = text(laptop, "env/envs/common.tfvars")
    assert 'api_allowed_cidrs = ["203.0.113.7/32"]\n' in common
    assert '"repo:example-org@1001/my-service@2002:environment:prod"' in common
    assert "_ID" not in text(laptop, "shared/terraform.tfvars").replace("account_id", "")


def test_a_second_run_changes_nothing_and_asks_for_nothing(laptop: Laptop) -> None:
    laptop.make("first-answers", ADMINS=ADMIN, CIDRS="203.0.113.7/32")
    before = laptop.values()
    again = laptop.make("first-answers")
    assert again.returncode == 0, again.stderr
    assert laptop.values() == before
    other = laptop.make("first-answers", ADMINS="arn:aws:iam::111122223333:role/other")
    assert (other.returncode, laptop.values()) == (0, before), "what is filled in stays"


def test_what_is_missing_is_listed_with_the_command_that_gives_it(laptop: Laptop) -> None:
    done = laptop.make("first-answers")
    assert done.returncode != 0
    assert "missing: who administers the clusters: make first-answers ADMINS=arn" in done.stderr
    assert "api_allowed_cidrs is empty" in done.stderr
    assert '= "111122223333"\n' in text(laptop, "env/envs/dev.tfvars"), "the rest is filled in"


def test_nobody_logged_in_is_one_sentence(laptop: Laptop) -> None:
    laptop.on("aws sts get-caller-identity", status=255)
    done = laptop.make("first-answers", ADMINS=ADMIN)
    assert "error: aws is not logged in: `aws sso login`" in done.stderr
    assert done.returncode != 0


def test_a_repository_that_github_does_not_know_is_one_sentence(laptop: Laptop) -> None:
    laptop.on("gh api", status=1)
    done = laptop.make("first-answers", ADMINS=ADMIN)
    assert "error: GitHub does not show example-org/my-service" in done.stderr
    assert "OWNER_ID" in text(laptop, "env/envs/common.tfvars")


@pytest.mark.parametrize("cidrs", ["0.0.0.0/0", "10.0.0.0/8", "203.0.113.7", "a/24", "1.2.3.4/32,"])
def test_addresses_of_everybody_are_refused(laptop: Laptop, cidrs: str) -> None:
    before = text(laptop, "env/envs/common.tfvars")
    done = laptop.make("first-answers", ADMINS=ADMIN, CIDRS=cidrs)
    assert f"error: CIDRS is '{cidrs}'" in done.stderr
    assert text(laptop, "env/envs/common.tfvars") == before


def test_a_zone_that_the_account_has_not_is_missing(laptop: Laptop) -> None:
    laptop.on("aws ec2 describe-availability-zones", "eu-central-1a\teu-central-1b\n")
    done = laptop.make("first-answers", ADMINS=ADMIN)
    assert "missing: zone eu-central-1c is none of this account's" in done.stderr
    assert done.returncode != 0


def test_nine_addresses_against_five_are_named_before_anything_is_made(laptop: Laptop) -> None:
    laptop.on("aws service-quotas get-service-quota L-0263D0A3 *", "5.0\n")
    done = laptop.make("first-answers", ADMINS=ADMIN)
    assert (
        "EC2-VPC Elastic IPs: 2 are used and 9 more are needed, eu-central-1 allows 5"
        in done.stderr
    )
    assert "--quota-code L-0263D0A3 --desired-value 11" in done.stderr
    assert done.returncode != 0
    dev = laptop.make("first-answers", ENVIRONMENTS="dev")
    assert dev.returncode == 0, dev.stderr


on_a_platform = pytest.mark.parametrize(
    "laptop", [{"cloud": "aws", "cluster": "shared", "ci": "jenkins"}], indirect=True
)


@on_a_platform
def test_on_a_shared_cluster_the_account_is_filled_in_and_the_cluster_looked_for(
    laptop: Laptop,
) -> None:
    laptop.on("aws eks describe-cluster --name platform-dev", "{}")
    laptop.on("aws eks describe-cluster --name platform-qa", "{}")
    done = laptop.make("first-answers")
    assert 'account_id   = "111122223333"' in text(laptop, "env/envs/prod.tfvars")
    assert "missing: the cluster platform-prod in eu-central-1" in done.stderr
    assert "missing: JENKINS_HOST in terraform/shared/terraform.tfvars" in done.stderr
    assert "platform-dev in" not in done.stderr
    assert done.returncode != 0
    laptop.on("aws eks describe-cluster --name platform-prod", "{}")
    done = laptop.make("first-answers", JENKINS_HOST="ci.acme.io")
    assert done.returncode == 0, done.stderr
    assert "nothing is missing: make locks is next" in done.stdout + done.stderr


@on_a_platform
def test_an_environment_in_another_account_is_not_looked_for(laptop: Laptop) -> None:
    for name in ("dev", "qa", "prod"):
        file = laptop.root / f"terraform/env/envs/{name}.tfvars"
        file.write_text(re.sub('account_id   = ""', 'account_id   = "9"', file.read_text()))
    done = laptop.make("first-answers", JENKINS_HOST="ci.acme.io")
    assert done.returncode == 0, done.stderr
    assert not [call for call, _ in laptop.calls if call[:2] == ["aws", "eks"]]


@pytest.mark.parametrize(
    "laptop", [{"cloud": "azure", "cluster": "shared", "ci": "gitlab"}], indirect=True
)
def test_the_nodes_of_a_shared_cluster_are_looked_up(laptop: Laptop) -> None:
    for name in ("dev", "qa"):
        laptop.on(f"az aks show --resource-group platform-{name} *", f"id-{name}")
    done = laptop.make("first-answers", ADMINS="Platform Team")
    assert 'nodes_principal_id     = "id-qa"' in text(laptop, "env/envs/qa.tfvars")
    assert 'admin_group_object_id = "group-1"' in text(laptop, "bootstrap/terraform.tfvars")
    assert "missing: the cluster platform-prod: give the platform's names" in done.stderr
    assert done.returncode != 0


@pytest.mark.parametrize("laptop", [{"cloud": "aws", "cluster": "shared"}], indirect=True)
def test_a_platform_makes_the_environments_of_a_shared_cluster(laptop: Laptop) -> None:
    assert laptop.make("environment").returncode != 0, "there is no such target"
    assert laptop.make("first-answers", DRY_RUN="1").returncode == 0


cheaper = {"outside_production": "cheaper"}


@pytest.mark.parametrize("laptop", [{"cloud": "aws", **cheaper}], indirect=True)
def test_five_addresses_are_enough_where_only_production_has_three(laptop: Laptop) -> None:
    laptop.on("aws service-quotas get-service-quota L-0263D0A3 *", "6.0\n")
    done = laptop.make("first-answers", ADMINS=ADMIN)
    assert "EC2-VPC Elastic IPs: 2 are used and 5 more are needed" in done.stderr
    laptop.on("aws service-quotas get-service-quota L-0263D0A3 *", "7.0\n")
    laptop.on("aws eks describe-cluster --name my-service-prod", status=254)
    assert laptop.make("first-answers", ADMINS=ADMIN).returncode == 0


@pytest.mark.parametrize("laptop", [{"cloud": "azure", "ci": "gitlab", **cheaper}], indirect=True)
def test_the_nodes_of_each_environment_are_counted(laptop: Laptop) -> None:
    laptop.on("az vm list-usage --location *", "0\t37\n")
    done = laptop.make("first-answers", ADMINS="Platform Team")
    assert "Total Regional vCPUs: 0 are used and 38 more are needed" in done.stderr


def test_an_environment_that_is_there_takes_no_more(laptop: Laptop) -> None:
    laptop.on("aws service-quotas get-service-quota L-0263D0A3 *", "5.0\n")
    laptop.on("aws eks describe-cluster --name my-service-dev", "{}")
    laptop.on("aws eks describe-cluster --name my-service-qa", "{}")
    done = laptop.make("first-answers", ADMINS=ADMIN)
    assert done.returncode == 0, done.stderr


def test_a_quota_that_may_not_be_read_is_said_and_no_pass_in_silence(laptop: Laptop) -> None:
    laptop.on("aws service-quotas", status=254)
    done = laptop.make("first-answers", ADMINS=ADMIN)
    assert "warning: cannot read the quota EC2-VPC Elastic IPs" in done.stderr
    assert done.returncode == 0, done.stderr


def test_a_run_that_is_stopped_leaves_whole_files(laptop: Laptop) -> None:
    awk = laptop.home / "bin/awk"
    awk.write_text("#!/bin/sh\nprintf half\nexit 1\n")
    awk.chmod(0o755)
    before = laptop.values()
    assert laptop.make("first-answers", ADMINS=ADMIN).returncode != 0
    assert {name: text for name, text in laptop.values().items() if name in before} == before
    awk.unlink()
    assert laptop.make("first-answers", ADMINS=ADMIN).returncode == 0


@pytest.mark.parametrize("laptop", [{"cloud": "aws", "ci": "jenkins"}], indirect=True)
def test_a_word_in_capitals_takes_its_value(laptop: Laptop) -> None:
    lacking = laptop.make("first-answers", ADMINS=ADMIN)
    assert "missing: JENKINS_HOST in terraform/shared/terraform.tfvars" in lacking.stderr
    given = laptop.make("first-answers", JENKINS_HOST="ci.acme.io:8443")
    assert given.returncode == 0, given.stderr
    assert '"ci.acme.io:8443/job/my-service/oidc"' in text(laptop, "env/envs/common.tfvars")


@pytest.mark.parametrize("laptop", [{"cloud": "azure", "ci": "azure-devops"}], indirect=True)
def test_a_word_that_begins_a_longer_one_does_not_take_its_place(laptop: Laptop) -> None:
    laptop.make("first-answers", ADMINS="Platform Team", CONNECTION_SUBJECT_DEV="/eid1/x/sc/1")
    common = text(laptop, "env/envs/common.tfvars")
    assert '"/eid1/x/sc/1"' in common
    assert '"CONNECTION_SUBJECT_DEV_DRIFT"' in common
    assert '"CONNECTION_SUBJECT_QA"' in common


@azure
def test_the_same_on_azure(laptop: Laptop) -> None:
    done = laptop.make("first-answers", ADMINS="Platform Team", CIDRS="203.0.113.7/32")
    assert done.returncode == 0, done.stderr
    assert 'admin_group_object_id = "group-1"\n' in text(laptop, "bootstrap/terraform.tfvars")
    assert 'admin_group_object_ids = ["group-1"]\n' in text(laptop, "env/envs/prod.tfvars")
    assert '= "sub-1"\n' in text(laptop, "env/envs/dev.tfvars")


@azure
@pytest.mark.parametrize(
    ("call", "says", "missing"),
    [
        (
            "az feature show",
            "NotRegistered\n",
            "the feature EncryptionAtHost of the subscription is NotRegistered",
        ),
        (
            "az vm list-skus --location *",
            "1\t3\n",
            "the subscription gets no Standard_D2ds_v5 in zone 2 of westeurope",
        ),
        (
            "az vm list-usage --location *",
            "4\t20\n",
            "quota Total Regional vCPUs: 4 are used and 42 more are needed",
        ),
        (
            "az network list-usages --location *",
            "0\t3\n",
            "quota Public IP Addresses: 0 are used and 6 more are needed",
        ),
    ],
)
def test_what_azure_lacks_is_named(laptop: Laptop, call: str, says: str, missing: str) -> None:
    laptop.on(call, says)
    laptop.on("az feature register --namespace Microsoft.Compute --name EncryptionAtHost")
    done = laptop.make("first-answers", ADMINS="Platform Team")
    assert f"missing: {missing}" in done.stderr
    assert done.returncode != 0


def ready(laptop: Laptop) -> None:
    """Everything that `make environment` calls succeeds."""
    for root in ("bootstrap", "shared", "env"):
        (laptop.root / f"terraform/{root}/.terraform.lock.hcl").write_text("")
    for call in (
        "terraform",
        "kubectl",
        "helm",
        "aws eks update-kubeconfig",
        "aws eks list-access-entries",
    ):
        laptop.on(call)
    laptop.on("aws eks describe-cluster --query *", "1.36\n")
    laptop.on("aws eks describe-access-entry", "my-service-deployers\n")
    laptop.on("aws eks list-access-entries", "arn:aws:iam::1:role/my-service-dev-deploy\n")
    laptop.on("kubectl --namespace monitoring get secret", status=1)
    laptop.on("helm version --short", "v4.0.0\n")


def test_one_command_makes_an_environment(laptop: Laptop) -> None:
    ready(laptop)
    given = {"CHAT_WEBHOOK_URL": HOOK, "DEADMAN_URL": "https://dead.invalid/1", "YES": "1"}
    done = laptop.make("environment ENVIRONMENT=dev", **given)
    assert done.returncode == 0, done.stderr
    verbs = [call[2] for call, _ in laptop.calls if call[0] == "terraform"]
    assert verbs == ["init", "plan", "apply"]
    releases = [call[3] for call, _ in laptop.calls if call[:2] == ["helm", "upgrade"]]
    assert releases == ["aws-load-balancer-controller", "monitoring"]
    assert HOOK not in done.stdout + done.stderr


def test_secrets_go_through_a_pipe_and_into_no_output(laptop: Laptop) -> None:
    ready(laptop)
    done = laptop.make(
        "monitoring", ENVIRONMENT="dev", CHAT_WEBHOOK_URL=HOOK, DEADMAN_URL="https://dead.invalid/1"
    )
    assert done.returncode == 0, done.stderr
    made = [json.loads(given) for call, given in laptop.calls if call[:2] == ["kubectl", "create"]]
    assert [secret["metadata"]["name"] for secret in made] == ["alertmanager-chat", "grafana-admin"]
    assert made[0]["stringData"] == {"url": HOOK, "deadman-url": "https://dead.invalid/1"}
    password = made[1]["stringData"]["admin-password"]
    assert made[1]["stringData"]["admin-user"] == "admin"
    assert len(password) >= 32
    spoken = done.stdout + done.stderr + json.dumps([call for call, _ in laptop.calls])
    assert not [secret for secret in (HOOK, "dead.invalid", password) if secret in spoken]


def test_secrets_that_are_there_stay(laptop: Laptop) -> None:
    ready(laptop)
    laptop.on("kubectl --namespace monitoring get secret")
    done = laptop.make("monitoring", ENVIRONMENT="dev")
    assert done.returncode == 0, done.stderr
    assert "kubectl create -f" not in laptop.verbs("kubectl")


def test_an_environment_without_a_chat_stops_before_it_costs_money(laptop: Laptop) -> None:
    ready(laptop)
    done = laptop.make("environment ENVIRONMENT=dev", YES="1")
    assert "error: CHAT_WEBHOOK_URL is not set" in done.stderr
    assert laptop.verbs("terraform", "helm", "kubectl") == []


def test_an_environment_without_room_stops_before_it_is_half_made(laptop: Laptop) -> None:
    ready(laptop)
    laptop.on("aws service-quotas get-service-quota L-0263D0A3 *", "4.0\n")
    done = laptop.make(
        "environment ENVIRONMENT=qa", YES="1", CHAT_WEBHOOK_URL=HOOK, DEADMAN_URL="https://x"
    )
    assert "error: qa would stop half-made" in done.stderr
    assert laptop.verbs("terraform", "helm", "kubectl") == []


def test_nobody_at_the_keyboard_applies_what_nobody_read(laptop: Laptop) -> None:
    ready(laptop)
    done = laptop.make("tf-apply ENVIRONMENT=dev")
    assert "error: no plan: run `make tf-plan ROOT=env` first" in done.stderr
    assert laptop.verbs("terraform") == []


def setup(laptop: Laptop) -> None:
    for call in ("gh api", "gh variable set", "gh secret set", "gh run rerun", "terraform"):
        laptop.on(call, "1\n")
    laptop.on("gh variable list")
    laptop.on("gh secret list")
    laptop.on("gh run list --repo example-org/my-service --workflow ci.yml", "77\n")
    for root in ("shared", "env"):
        (laptop.root / f"terraform/{root}/.terraform.lock.hcl").write_text("")


def test_setup_gives_the_chat_and_repeats_the_run_that_failed(laptop: Laptop) -> None:
    setup(laptop)
    done = laptop.make("setup-github", CHAT_WEBHOOK_URL=HOOK)
    assert done.returncode == 0, done.stderr
    secrets = [(call, given) for call, given in laptop.calls if call[1] == "secret"]
    assert secrets == [
        (
            ["gh", "secret", "set", "CHAT_WEBHOOK_URL", "--repo", "example-org/my-service"],
            HOOK + "\n",
        )
    ]
    assert HOOK not in done.stderr
    assert "gh run rerun" in laptop.verbs("gh")


def test_later_nobody_repeats_a_run_that_failed_for_another_reason(laptop: Laptop) -> None:
    setup(laptop)
    laptop.on("gh variable list --repo example-org/my-service", "DEPLOY_RUNNER\nIMAGE\n")
    done = laptop.make("setup-github")
    assert done.returncode == 0, done.stderr
    assert "missing: the address of the chat" in done.stderr
    assert "gh run rerun" not in laptop.verbs("gh")


@pytest.mark.parametrize(
    "name",
    [
        "aws-github",
        "aws-gitlab",
        "aws-azure-devops",
        "azure-gitlab",
        "azure-jenkins",
        "none-github",
    ],
)
def test_each_command_of_the_page_has_a_dry_run(
    name: str, repository: Repository, tmp_path: Path
) -> None:
    root = repository(**sample()[name])
    page = (root / "docs/first-deploy.md").read_text(encoding="utf-8")
    home = tmp_path / "stand-in"
    (home / "bin").mkdir(parents=True)
    for program in PROGRAMS:
        (home / "bin" / program).write_text(STAND_IN)
        (home / "bin" / program).chmod(0o755)
    laptop = Laptop(root, home)
    commands = [
        step.text
        for step in first_deploy.steps(page)
        if step.text.startswith("make ") and "lint" not in step.text
    ]
    assert len(commands) >= 3
    before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}
    for command in commands:
        done = laptop.make(
            command.removeprefix("make ").replace("'NAME OF THE GROUP'", "GROUP"),
            DRY_RUN="1",
            CHAT_WEBHOOK_URL=HOOK,
            IMAGE="registry.example.com/my-service",
            REGISTRY_USER="robot",
            AZURE_SUBSCRIPTION_ID="sub",
            KUBECONFIG="admin.kubeconfig",
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert "+ " in done.stderr, command
        assert HOOK not in done.stderr + done.stdout
    assert laptop.calls == []
    assert {file: file.read_bytes() for file in root.rglob("*") if file.is_file()} == before


OWN = {"cloud": "none", "ci": "github"}
own = pytest.mark.parametrize("laptop", [OWN], indirect=True)
GIVEN = {
    "IMAGE": "registry.acme.io/team/my-service",
    "PULL_USER": "reader",
    "PULL_PASSWORD": "pull-4711",
    "CHAT_WEBHOOK_URL": HOOK,
    "DEADMAN_URL": "https://dead.invalid/1",
    "KUBECONFIG": "/nowhere/admin.kubeconfig",
}


def own_cluster(laptop: Laptop) -> None:
    """A cluster that signs what it is asked to, and whose pipeline may deploy to one namespace."""
    for call in ("kubectl", "helm"):
        laptop.on(call)
    for secret in ("--namespace my-service get secret", "--namespace monitoring get secret"):
        laptop.on(f"kubectl {secret}", status=1)
    laptop.on("kubectl get certificatesigningrequest", "c2lnbmVk\n")
    laptop.on("kubectl config view --minify --output", "https://cluster.acme.io:6443")
    laptop.on("kubectl config view --minify --flatten --raw", "Y2E=")
    laptop.on("kubectl get namespaces", "default my-service")
    laptop.on("kubectl --kubeconfig build/deployer-dev.kubeconfig auth", "no\n", status=1)
    laptop.on("kubectl --kubeconfig *", "no\n", status=1)
    laptop.on(
        "kubectl --kubeconfig build/deployer-dev.kubeconfig auth can-i create deployments"
        " --namespace my-service",
        "yes\n",
    )
    laptop.on("helm version --short", "v4.0.0\n")


needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")


@own
@needs_openssl
def test_one_command_prepares_a_cluster_of_your_own(laptop: Laptop) -> None:
    own_cluster(laptop)
    done = laptop.make("environment ENVIRONMENT=dev", **GIVEN)
    assert done.returncode == 0, done.stderr
    made = json.loads((laptop.root / "build/deployer-dev.kubeconfig").read_text())
    assert made["clusters"][0]["cluster"] == {
        "server": "https://cluster.acme.io:6443",
        "certificate-authority-data": "Y2E=",
    }
    assert made["users"][0]["user"]["client-certificate-data"] == "c2lnbmVk"
    assert (laptop.root / "build/deployer-dev.kubeconfig").stat().st_mode & 0o077 == 0
    created = [json.loads(text) for call, text in laptop.calls if call[:2] == ["kubectl", "create"]]
    request, pull = created[0], created[1]
    assert request["spec"]["signerName"] == "kubernetes.io/kube-apiserver-client"
    auths = json.loads(pull["stringData"][".dockerconfigjson"])["auths"]
    assert auths["registry.acme.io"]["username"] == "reader"
    order = [call for call, _ in laptop.calls if call[:2] == ["kubectl", "apply"]]
    assert order, "make platform was called"
    spoken = done.stdout + done.stderr + json.dumps([call for call, _ in laptop.calls])
    assert not [word for word in ("pull-4711", HOOK, "dead.invalid") if word in spoken]


@own
@needs_openssl
def test_everything_that_is_missing_is_named_at_once_and_nothing_is_changed(laptop: Laptop) -> None:
    own_cluster(laptop)
    done = laptop.make("environment ENVIRONMENT=dev")
    assert done.returncode != 0
    for name in ("KUBECONFIG", "PULL_USER", "PULL_PASSWORD", "IMAGE", "CHAT_WEBHOOK_URL"):
        assert f"missing: {name}: " in done.stderr
    assert not [call for call in laptop.verbs("kubectl") if " create" in call or " apply" in call]
    assert not (laptop.root / "build/deployer-dev.kubeconfig").exists()


@own
@needs_openssl
def test_a_registry_without_a_login_needs_no_secret(laptop: Laptop) -> None:
    own_cluster(laptop)
    values = laptop.root / "helm/my-service/values-dev.yaml"
    text = values.read_text()
    start = text.index("imagePullSecrets:")
    values.write_text(f"{text[:start]}imagePullSecrets: []\n")
    given = {name: GIVEN[name] for name in ("KUBECONFIG", "CHAT_WEBHOOK_URL", "DEADMAN_URL")}
    done = laptop.make("environment ENVIRONMENT=dev", **given)
    assert done.returncode == 0, done.stderr
    assert "Secret registry" not in done.stderr


@own
@needs_openssl
def test_a_cluster_that_signs_nothing_says_what_to_do(laptop: Laptop) -> None:
    own_cluster(laptop)
    laptop.on("kubectl get certificatesigningrequest")
    done = laptop.make("environment ENVIRONMENT=dev", PATIENCE="0", **GIVEN)
    assert done.returncode != 0
    assert "signs no such certificate" in done.stderr
    assert "kubectl apply" not in laptop.verbs("kubectl")
    other = laptop.make("environment ENVIRONMENT=dev", PIPELINE_LOGIN="own", **GIVEN)
    assert other.returncode == 0, other.stderr


@own
@needs_openssl
def test_a_login_that_may_do_more_is_an_error(laptop: Laptop) -> None:
    own_cluster(laptop)
    laptop.on(
        "kubectl --kubeconfig build/deployer-dev.kubeconfig auth can-i create deployments"
        " --namespace default",
        "yes\n",
    )
    done = laptop.make("environment ENVIRONMENT=dev", **GIVEN)
    assert done.returncode != 0
    assert "the pipeline may deploy to namespace default" in done.stderr


@own
@needs_openssl
def test_nobody_who_is_no_administrator_changes_anything(laptop: Laptop) -> None:
    own_cluster(laptop)
    laptop.on("kubectl auth can-i", "no\n", status=1)
    done = laptop.make("environment ENVIRONMENT=dev", **GIVEN)
    assert "missing: the rights of an administrator" in done.stderr
    assert done.returncode != 0


@pytest.mark.parametrize(
    "laptop",
    [
        OWN,
        {"cloud": "none", "ci": "gitlab"},
        {"cloud": "none", "ci": "jenkins", "platform_parts": "existing"},
        {"cloud": "none", "ci": "azure-devops", "monitoring": "none"},
    ],
    indirect=True,
)
@needs_openssl
def test_a_dry_run_calls_nothing(laptop: Laptop) -> None:
    done = laptop.make("environment ENVIRONMENT=dev", DRY_RUN="1")
    assert done.returncode == 0, done.stderr
    assert laptop.calls == []
    assert "+ kubectl certificate approve my-service-pipeline" in done.stderr
    assert not (laptop.root / "build").exists()


each_account = pytest.mark.parametrize(
    "laptop", [{"cloud": "aws", "ci": "github", "accounts": "each"}], indirect=True
)
each_subscription = pytest.mark.parametrize(
    "laptop", [{"cloud": "azure", "ci": "gitlab", "accounts": "each"}], indirect=True
)
PROFILES = "dev=acme-dev,qa=acme-test,prod=acme-prod"
WHO = "aws sts get-caller-identity --query Account --output text"


def _accounts(laptop: Laptop) -> None:
    laptop.on(f"AWS_PROFILE=acme-dev {WHO}", "222222222222\n")
    laptop.on(f"AWS_PROFILE=acme-test {WHO}", "222222222222\n")
    laptop.on(f"AWS_PROFILE=acme-prod {WHO}", "333333333333\n")


@each_account
def test_the_account_of_each_environment_is_looked_up_with_its_profile(laptop: Laptop) -> None:
    _accounts(laptop)
    done = laptop.make("first-answers", ADMINS=ADMIN, CIDRS="203.0.113.7/32", PROFILES=PROFILES)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert 'account_id           = "222222222222"\n' in text(laptop, "env/envs/qa.tfvars")
    assert 'account_id           = "333333333333"\n' in text(laptop, "env/envs/prod.tfvars")
    state, shared = (
        text(laptop, "bootstrap/terraform.tfvars"),
        text(laptop, "shared/terraform.tfvars"),
    )
    assert '= "111122223333"\n' in state
    assert '  dev  = "222222222222"\n  qa   = "222222222222"\n  prod = "333333333333"\n' in state
    assert '= "111122223333"\n' in shared
    assert 'pull_account_ids = ["222222222222", "333333333333"]\n' in shared
    before = laptop.values()
    assert (laptop.make("first-answers").returncode, laptop.values()) == (0, before)


@each_account
def test_an_account_without_a_profile_is_asked_for_and_none_is_guessed(laptop: Laptop) -> None:
    _accounts(laptop)
    done = laptop.make("first-answers", ADMINS=ADMIN, PROFILES="dev=acme-dev")
    assert done.returncode != 0
    assert "missing: the account of prod: make first-answers PROFILES=prod=<profile>" in done.stderr
    assert 'account_id           = ""' in text(laptop, "env/envs/prod.tfvars")
    assert "pull_account_ids = [] # fill in" in text(laptop, "shared/terraform.tfvars")


@each_account
def test_the_account_of_an_environment_gets_the_provider_of_its_pipeline_once(
    laptop: Laptop,
) -> None:
    listed = "aws iam list-open-id-connect-providers"
    made = "aws iam create-open-id-connect-provider"
    for calls in (
        (listed, made, "terraform", "helm", "kubectl"),
        ("aws eks", "aws ec2", "aws kms", "aws iam list-roles"),
    ):
        for name in calls:
            laptop.on(name)
    given = {"CHAT_WEBHOOK_URL": HOOK, "DEADMAN_URL": HOOK, "PROFILES": PROFILES, "YES": "1"}
    laptop.make("environment", ENVIRONMENT="dev", **given)
    (call,) = [call for call, _ in laptop.calls if " ".join(call).startswith(made)]
    url = "https://token.actions.githubusercontent.com"
    assert call[3:] == ["--url", url, "--client-id-list", "sts.amazonaws.com"]
    laptop.on(
        listed, "arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com\n"
    )
    laptop.make("environment", ENVIRONMENT="dev", **given)
    assert len([call for call, _ in laptop.calls if " ".join(call).startswith(made)]) == 1


@each_subscription
def test_the_subscription_of_each_environment_is_looked_up_by_its_name(laptop: Laptop) -> None:
    for name in ("dev", "qa", "prod"):
        shown = f"az account show --subscription acme-{name} --query id --output tsv"
        laptop.on(shown, f"sub-{name}\n")
        on = f"--subscription sub-{name}"
        laptop.on(f"az feature show {on}", "Registered\n")
        laptop.on(f"az vm list-skus {on}", "1\t2\t3\n")
        laptop.on(f"az vm list-usage {on}", "4\t100\n")
        laptop.on(f"az network list-usages {on}", "0\t20\n")
    laptop.on("az provider register")
    given = {"ADMINS": "Platform Team", "SUBSCRIPTIONS": "dev=acme-dev,qa=acme-qa,prod=acme-prod"}
    done = laptop.make("first-answers", CIDRS="203.0.113.7/32", **given)
    assert "the subscription of" not in done.stderr
    assert 'subscription_id        = "sub-prod"\n' in text(laptop, "env/envs/prod.tfvars")
    assert 'shared_subscription_id = "sub-1"\n' in text(laptop, "env/envs/common.tfvars")
    assert '= "sub-1"\n' in text(laptop, "shared/terraform.tfvars")
    registered = [call for call, _ in laptop.calls if call[:3] == ["az", "provider", "register"]]
    assert {call[call.index("--subscription") + 1] for call in registered} == {
        *("sub-dev", "sub-qa", "sub-prod")
    }


@pytest.mark.parametrize(
    "laptop",
    [{"cloud": "aws", "cluster": "shared", "ci": "github", "accounts": "each"}],
    indirect=True,
)
def test_each_account_of_a_platform_is_looked_into_for_its_cluster(laptop: Laptop) -> None:
    _accounts(laptop)
    for name, profile in (("dev", "acme-dev"), ("qa", "acme-test")):
        laptop.on(f"AWS_PROFILE={profile} aws eks describe-cluster --name platform-{name}", "{}")
    done = laptop.make("first-answers", PROFILES=PROFILES)
    assert done.returncode != 0
    assert done.stderr.count("missing: ") == 1, done.stderr
    assert "missing: the cluster platform-prod in eu-central-1" in done.stderr
    laptop.on("AWS_PROFILE=acme-prod aws eks describe-cluster --name platform-prod", "{}")
    done = laptop.make("first-answers", PROFILES=PROFILES)
    assert done.returncode == 0, done.stderr
    assert 'account_id   = "333333333333"\n' in text(laptop, "env/envs/prod.tfvars")
    assert '  prod = "333333333333"\n' in text(laptop, "bootstrap/terraform.tfvars")
    shared = text(laptop, "shared/terraform.tfvars")
    assert 'account_id = "111122223333"\n' in shared
    assert 'pull_account_ids = ["222222222222", "333333333333"]\n' in shared
    before = laptop.values()
    assert (laptop.make("first-answers").returncode, laptop.values()) == (0, before)


@pytest.mark.parametrize(
    "laptop",
    [{"cloud": "azure", "cluster": "shared", "ci": "gitlab", "accounts": "each"}],
    indirect=True,
)
def test_each_subscription_of_a_platform_is_looked_into_for_its_nodes(laptop: Laptop) -> None:
    for name in ("dev", "qa", "prod"):
        shown = f"az account show --subscription acme-{name} --query id --output tsv"
        laptop.on(shown, f"sub-{name}\n")
        laptop.on(f"az aks show --subscription sub-{name} *", f"nodes-of-{name}\n")
    lacking = laptop.make("first-answers", ADMINS="Platform Team", SUBSCRIPTIONS="dev=acme-dev")
    assert "missing: the subscription of qa: make first-answers SUBSCRIPTIONS=qa" in lacking.stderr
    assert lacking.returncode != 0
    done = laptop.make("first-answers", SUBSCRIPTIONS="qa=acme-qa,prod=acme-prod")
    assert done.returncode == 0, done.stderr
    assert 'subscription_id        = "sub-prod"\n' in text(laptop, "env/envs/prod.tfvars")
    assert 'nodes_principal_id     = "nodes-of-qa"\n' in text(laptop, "env/envs/qa.tfvars")
    assert 'shared_subscription_id = "sub-1"\n' in text(laptop, "env/envs/common.tfvars")
    assert laptop.verbs("az").count("az provider register") == 0
