"""Each way to release renders what it needs, refuses what it does not fit, and keeps the tracks apart."""

from __future__ import annotations

import json
import re
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import TODAY, Repository

from scaffolder import checks
from scaffolder.errors import AnswersError
from scaffolder.repository.project import Project
from scaffolder.template import answers
from scaffolder.tools import helm
from scaffolder.tools.toolchain import SystemToolchain

NAME = {"service_name": "my-service"}
TRACKS = ("blue-green", "canary", "header")
STABLE, CANDIDATE = "my-service", "my-service-candidate"
IMAGE = {
    "image": {"repository": "registry.example.com/x", "digest": f"sha256:{'a' * 64}"},
    "revision": "aaaaaaa",
}
OF_TRACKS = {
    *(f"AG0{number}" for number in (*range(21, 30), 55, 56)),
    "K8001",
    "K8002",
    "EN001",
}
"""Selectors, budgets, digests and values, as our checks read them. AG054 is not among them: ci/rollout.sh passes the replicas
that the autoscaler made of a candidate, so that a release waits for them and none of them goes."""
TRIED = {
    "candidate": {
        "digest": f"sha256:{'b' * 64}",
        "revision": "bbbbbbb",
        "reachable": True,
        "weight": 10,
    }
}

Object = dict[str, Any]
Objects = dict[tuple[str, str], Object]


# ---- what fits together ------------------------------------------------------------------------------------------


def test_a_release_is_rolling_unless_the_answer_is_another() -> None:
    assert answers.complete(NAME)["rollout"] == "rolling"
    assert answers.complete(NAME, proposed=answers.proposals())["rollout"] == "rolling"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"rollout": "canary", "workload": "cron"}, "no requests arrive"),
        ({"rollout": "recreate", "workload": "cron"}, "only rolling fits workload=cron"),
        ({"rollout": "blue-green", "kind": "platform"}, "a platform releases no service"),
        ({"rollout": "canary", "deploy": "terraform"}, "deploy=helm has it"),
        ({"rollout": "blue-green", "deploy": "terraform"}, "deploy=helm has it"),
        ({"rollout": "header", "deploy": "terraform"}, "deploy=helm has it"),
        ({"rollout": "canary", "monitoring": "none"}, "when Prometheus has measured the last one"),
        ({"rollout": "shadow"}, "one of rolling, recreate, blue-green, canary, header"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(given: dict[str, str], reason: str) -> None:
    with pytest.raises(AnswersError) as refused:
        answers.complete({**NAME, **given})
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [
        {"rollout": "recreate", "deploy": "terraform"},
        {"rollout": "recreate", "monitoring": "none"},
        {"rollout": "blue-green", "monitoring": "none"},
        {"rollout": "header", "monitoring": "none"},
        {"rollout": "canary", "cloud": "none", "platform_parts": "existing"},
        {"rollout": "canary", "cloud": "azure", "cluster": "shared"},
    ],
)
def test_what_fits_is_taken(given: dict[str, str]) -> None:
    assert answers.complete({**NAME, **given})["rollout"] == given["rollout"]


VALUES = {
    "rollout": ["rolling", "recreate", "blue-green", "canary", "header"],
    "workload": ["service", "worker", "cron"],
    "cluster": ["dedicated", "shared"],
    "deploy": ["helm", "terraform"],
    "runs_on": ["kubernetes", "server"],
    "cloud": ["aws", "azure", "none"],
    "monitoring": ["prometheus-grafana", "none"],
}
USUAL = {"rollout": "rolling", "workload": "service", "deploy": "helm", "runs_on": "kubernetes"}
"""Answers that are left out: what is not asked cannot be given, not even as it is."""
CLOSED = {
    **{
        (rollout, other): reason
        for rollout in VALUES["rollout"][1:]
        for other, reason in {
            "workload=worker": "no requests arrive that could move",
            "workload=cron": "no requests arrive that could move",
            "runs_on=server": "a server runs one container of the service at a time",
        }.items()
    },
    **{(track, "deploy=terraform"): "Terraform applies a release at once" for track in TRACKS},
    ("canary", "monitoring=none"): "when Prometheus has measured the last one",
    ("workload=worker", "runs_on=server"): "a server runs services that answer requests",
    ("workload=cron", "runs_on=server"): "a server runs services that answer requests",
    ("deploy=terraform", "runs_on=server"): "the Helm provider installs in a cluster",
    ("cluster=shared", "runs_on=server"): "a server cannot be part of the cluster of a platform",
    ("runs_on=server", "cloud=none"): "Terraform makes servers for one service, in a cloud",
    ("cluster=dedicated", "cloud=none"): "the clusters are there already",
    ("cluster=shared", "cloud=none"): "the clusters are there already",
}
"""Which two answers do not fit, and why. All others do."""


@pytest.mark.parametrize("questions", list(combinations(VALUES, 2)), ids="-".join)
def test_each_pair_of_answers_fits_or_is_refused_with_its_reason(
    questions: tuple[str, str],
) -> None:
    for pair in product(*(VALUES[name] for name in questions)):
        given = dict(zip(questions, pair, strict=True))
        one, other = (
            value if name == "rollout" else f"{name}={value}" for name, value in given.items()
        )
        asked = {name: value for name, value in given.items() if value != USUAL.get(name)}
        if reason := CLOSED.get((one, other)):
            with pytest.raises(AnswersError) as refused:
                answers.complete({**NAME, **asked})
            assert reason in str(refused.value), (one, other)
        else:
            taken = answers.complete({**NAME, **asked})
            assert {name: taken[name] for name in asked} == asked


# ---- the chart ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def charts(
    pristine: Repository, toolchain: SystemToolchain, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Objects]:
    """The objects of a canary's chart: without a candidate, with one, and with pods that are kept as they run."""
    chart = pristine(rollout="canary") / "helm/my-service"
    kept = {"stable": {"template": {"metadata": {"labels": {"kept": "yes"}}, "spec": {"x": 1}}}}
    starts = {"candidate": {**TRIED["candidate"], "reachable": False, "weight": 0}}
    variants = {
        "none": IMAGE,
        "starts": {**IMAGE, **starts},
        "tried": {**IMAGE, **TRIED},
        "kept": {**IMAGE, **TRIED, **kept},
    }
    releases = []
    for name, values in variants.items():
        overrides = tmp_path_factory.mktemp("values") / f"{name}.yaml"
        overrides.write_text(yaml.safe_dump(values), encoding="utf-8")
        releases.append(_release(chart, overrides))
    told = helm.render(toolchain, chart, releases, kube_version="1.36.0")
    return dict(zip(variants, map(_objects, told), strict=True))


def _release(chart: Path, overrides: Path) -> helm.Release:
    files = (chart / "values-prod.yaml", overrides)
    return helm.Release(values_files=files, name=STABLE, namespace=STABLE)


def _objects(told: helm.Rendered) -> Objects:
    assert not told.error
    documents = [one for one in yaml.safe_load_all(told.text) if one]
    return {(one["kind"], one["metadata"]["name"]): one for one in documents}


def test_without_a_candidate_there_is_nothing_of_it(charts: dict[str, Objects]) -> None:
    assert [name for _, name in charts["none"] if "candidate" in name] == []
    rule = charts["none"]["HTTPRoute", STABLE]["spec"]["rules"]
    assert [one["backendRefs"] for one in rule] == [[{"name": STABLE, "port": 80}]]


@pytest.mark.parametrize(
    "kind", ["Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget"]
)
def test_each_track_has_its_own(kind: str, charts: dict[str, Objects]) -> None:
    assert {name for of, name in charts["tried"] if of == kind} == {STABLE, CANDIDATE}


def test_the_stable_selector_is_what_it_was(charts: dict[str, Objects]) -> None:
    selector = charts["tried"]["Deployment", STABLE]["spec"]["selector"]["matchLabels"]
    assert selector == {
        "app.kubernetes.io/name": STABLE,
        "app.kubernetes.io/instance": STABLE,
    }


def test_nothing_of_one_track_selects_pods_of_the_other(charts: dict[str, Objects]) -> None:
    """Deployment, Service and disruption budget, and the autoscaler, which counts what its Deployment selects."""
    pods = {
        name: charts["tried"]["Deployment", name]["spec"]["template"]["metadata"]["labels"]
        for name in (STABLE, CANDIDATE)
    }
    for (kind, name), one in charts["tried"].items():
        selector = one.get("spec", {}).get("selector", {}) if kind != "ServiceMonitor" else {}
        wanted = selector.get("matchLabels", selector)
        if wanted:
            selected = {track for track in pods if wanted.items() <= pods[track].items()}
            assert selected == {name}, kind
    assert pods[STABLE]["track"] == "stable"
    assert pods[CANDIDATE]["track"] == "candidate"


def test_the_network_policies_know_both_tracks(charts: dict[str, Objects]) -> None:
    both = {"key": "app.kubernetes.io/name", "operator": "In", "values": [STABLE, CANDIDATE]}
    of_pods = charts["tried"]["NetworkPolicy", STABLE]["spec"]["podSelector"]
    tested = charts["tried"]["NetworkPolicy", "my-service-test"]["spec"]["egress"][0]["to"][0]
    assert of_pods["matchExpressions"] == [both]
    assert tested["podSelector"]["matchExpressions"] == [both]


def test_the_route_divides_a_hundred_and_knows_the_header(charts: dict[str, Objects]) -> None:
    by_header, by_weight = charts["tried"]["HTTPRoute", STABLE]["spec"]["rules"]
    assert by_header["matches"][0]["headers"] == [
        {"type": "Exact", "name": "X-Candidate", "value": "true"}
    ]
    assert [one["name"] for one in by_header["backendRefs"]] == [CANDIDATE]
    assert {one["name"]: one["weight"] for one in by_weight["backendRefs"]} == {
        STABLE: 90,
        CANDIDATE: 10,
    }


def test_the_route_does_not_know_a_candidate_that_starts(charts: dict[str, Objects]) -> None:
    """A route to pods that are not ready answers with errors."""
    assert ("Deployment", CANDIDATE) in charts["starts"]
    rules = charts["starts"]["HTTPRoute", STABLE]["spec"]["rules"]
    assert [one["backendRefs"] for one in rules] == [[{"name": STABLE, "port": 80}]]


def test_the_tracks_differ_by_digest_and_commit_alone(charts: dict[str, Objects]) -> None:
    stable, candidate = (
        yaml.safe_dump(charts["tried"]["Deployment", name]["spec"]["template"])
        for name in (STABLE, CANDIDATE)
    )
    swapped = candidate.replace("b" * 64, "a" * 64).replace("bbbbbbb", "aaaaaaa")
    swapped = swapped.replace("track: candidate", "track: stable").replace(CANDIDATE, STABLE)
    lines = [line for line in swapped.splitlines() if line.strip() != "track: stable"]
    assert lines == [line for line in stable.splitlines() if line.strip() != "track: stable"]


def test_pods_that_are_kept_are_those_that_run(charts: dict[str, Objects]) -> None:
    """Neither a setting nor a resource of the new commit reaches the stable pods while it is tried."""
    kept = charts["kept"]["Deployment", STABLE]["spec"]["template"]
    assert kept == {"metadata": {"labels": {"kept": "yes"}}, "spec": {"x": 1}}
    fresh = charts["kept"]["Deployment", CANDIDATE]["spec"]["template"]["spec"]
    assert fresh["containers"][0]["image"].endswith("b" * 64)


def test_a_share_without_a_candidate_is_refused(
    pristine: Repository, toolchain: SystemToolchain, tmp_path: Path
) -> None:
    chart = pristine(rollout="canary") / "helm/my-service"
    overrides = tmp_path / "values.yaml"
    overrides.write_text(yaml.safe_dump({**IMAGE, "candidate": {"weight": 10}}), encoding="utf-8")
    (told,) = helm.render(toolchain, chart, [_release(chart, overrides)], kube_version="1.36.0")
    assert "/candidate" in told.error


@pytest.mark.parametrize("rollout", TRACKS)
def test_our_checks_find_nothing_in_a_chart_with_a_candidate(
    rollout: str, repository: Repository, toolchain: SystemToolchain
) -> None:
    """Selectors, budgets and digests of two tracks, as the checks read them."""
    root = repository(rollout=rollout)
    for name in ("dev", "qa", "prod"):
        values = root / f"helm/my-service/values-{name}.yaml"
        text = values.read_text(encoding="utf-8")
        values.write_text(text + yaml.safe_dump(TRIED), encoding="utf-8")
    chosen = [check for check in checks.every(today=TODAY) if check.id in OF_TRACKS]
    report = checks.run(Project(root), chosen, toolchain)
    assert [finding for result in report.results for finding in result.findings] == []


# ---- scripts, rights and words -----------------------------------------------------------------------------------


def test_recreate_changes_the_strategy_and_says_the_downtime(pristine: Repository) -> None:
    root = pristine(rollout="recreate")
    deployment = (root / "helm/my-service/templates/deployment.yaml").read_text(encoding="utf-8")
    assert "type: Recreate" in deployment
    assert "rollingUpdate" not in deployment
    assert "no pod answers" in (root / "docs/releasing.md").read_text(encoding="utf-8")
    assert not (root / "ci/rollout.sh").exists()


LIMITS = {
    r'\bhelm (upgrade|test|rollback|uninstall) (--install )?"\$SERVICE"': "--timeout ",
    r"\bkubectl .*rollout status ": "--timeout ",
    r"\bkubectl get .*--raw ": "--request-timeout=",
    r"\bcurl ": "--max-time ",
}
"""What waits for a candidate, and the flag that ends it."""


@pytest.mark.parametrize("rollout", [*TRACKS, "recreate", "rolling"])
def test_nothing_waits_for_a_release_without_a_limit(rollout: str, pristine: Repository) -> None:
    """A gate that never ends would hold a candidate at its share until the job is cut off."""
    seen = set()
    root = pristine(rollout=rollout)
    for name in ("deploy", "install", "rollback", "rollout", "smoke"):
        script = root / f"ci/{name}.sh"
        text = script.read_text(encoding="utf-8") if script.exists() else ""
        for line in text.replace("\\\n", " ").splitlines():
            if line.lstrip().startswith(("#", "tool ", "say ", "die ")):
                continue
            for command in (one for one in LIMITS if re.search(one, line)):
                seen.add(command)
                assert LIMITS[command] in line, f"ci/{name}.sh: {line.strip()}"
    measured = rollout in ("canary", "blue-green")
    assert len(seen) == len(LIMITS) - (0 if measured else 1)


@pytest.mark.parametrize("rollout", [*TRACKS, "recreate"])
def test_the_page_compares_all_ways(rollout: str, pristine: Repository) -> None:
    page = (pristine(rollout=rollout) / "docs/releasing.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \|", page, flags=re.MULTILINE)
    assert rows == ["rolling", "recreate", "blue-green", "canary", "header"]


@pytest.mark.parametrize(
    ("given", "asks"),
    [
        ({"rollout": "canary"}, True),
        ({"rollout": "blue-green"}, True),
        ({"rollout": "header"}, False),
        ({"rollout": "blue-green", "monitoring": "none"}, False),
        ({"rollout": "recreate"}, False),
        ({}, False),
    ],
)
def test_the_pipeline_may_ask_prometheus_only_where_it_does(
    given: dict[str, str], asks: bool, pristine: Repository
) -> None:
    text = (pristine(**given) / "platform/deployer-role.yaml").read_text(encoding="utf-8")
    elsewhere = [
        one
        for one in yaml.safe_load_all(text)
        if one["metadata"]["namespace"] != "my-service" and one["kind"] == "Role"
    ]
    wanted = {
        "apiGroups": [""],
        "resources": ["services/proxy"],
        "resourceNames": ["prometheus-operated:9090"],
        "verbs": ["get"],
    }
    assert [rule for role in elsewhere for rule in role["rules"]] == [wanted] * asks


def test_on_azure_the_identity_of_the_pipeline_is_filled_in_twice(pristine: Repository) -> None:
    """`make platform` replaces it at the end of a line."""
    root = pristine(rollout="canary", cloud="azure")
    text = (root / "platform/deployer-role.yaml").read_text(encoding="utf-8")
    assert len(re.findall(r"DEPLOY_PRINCIPAL_ID$", text, flags=re.MULTILINE)) == 2


@pytest.mark.parametrize("rollout", TRACKS)
def test_each_way_has_a_panel_and_a_runbook_of_its_own(rollout: str, pristine: Repository) -> None:
    root = pristine(rollout=rollout)
    board = json.loads((root / "helm/my-service/files/dashboard.json").read_text(encoding="utf-8"))
    (panel,) = (one for one in board["panels"] if one["id"] == 25)
    queries = " ".join(target["expr"] for target in panel["targets"])
    assert ('track="candidate"' in queries) is (rollout == "canary"), "the share of the candidate"
    assert ('le="0.25"' in queries) is (rollout != "blue-green"), "slow ones, of both tracks"
    page = (root / "docs/runbooks/CandidateLeftBehind.md").read_text(encoding="utf-8")
    assert f"The panel *{panel['title']}*" in page
    steps = re.findall(r"^\| `([A-Z][a-z]+: .*?) …` \|", page, flags=re.MULTILINE)
    middle = {
        "canary": ["Step: the candidate gets 10 %", "Step: the candidate gets 50 %"],
        "blue-green": ["Step: the candidate gets 100 %"],
        "header": [],
    }[rollout]
    started = ["Step: the candidate starts", "Step: the candidate is tried"]
    assert [step for step in steps if step != "Candidate:"] == [
        *started,
        *middle,
        "Step: the stable track becomes",
    ]
    script = (root / "ci/rollout.sh").read_text(encoding="utf-8")
    for step in (
        *started,
        "Step: the stable track becomes",
        *(["Step: the candidate gets "] if middle else []),
    ):
        assert f'"{step}' in script, step


def test_the_runbooks_of_recreate_do_not_count_on_the_old_pods(pristine: Repository) -> None:
    pages = pristine(rollout="recreate") / "docs/runbooks"
    assert "The old pods go on" not in (pages / "DeploymentStuck.md").read_text(encoding="utf-8")
    down = (pages / "ServiceDown.md").read_text(encoding="utf-8")
    assert "no pod answers between two releases" in down
    usual = pristine() / "docs/runbooks"
    assert "The old pods go on" in (usual / "DeploymentStuck.md").read_text(encoding="utf-8")
