"""A place that says something else than the others turns exactly its rule red, and both places are named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from faults import Edit, append, replace
from support import Repository, ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Outcome
from scaffolder.repository.project import Project

SYSTEMS = ("github", "gitlab", "jenkins", "azure-devops")
OWN = tuple(check for check in checks.every() if check.tool is None and check.family == "AG")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """An edit, the rule that finds it, the file it is found in, and the file that says otherwise ("" where none does)."""

    check: str
    name: str
    place: str
    other: str
    edit: Edit


def differs(
    check: str,
    name: str,
    file: str,
    make: Callable[..., Edit],
    *words: str,
    place: str = "",
    other: str = "",
) -> Difference:
    return Difference(
        check=check, name=name, place=place or file, other=other, edit=make(file, *words)
    )


def insert(file: str, before: str, text: str) -> Edit:
    """`text` before the first place that matches."""
    return replace(file, rf"(?=^{before})", text)


CHART = "helm/my-service"
DEPLOYMENT = f"{CHART}/templates/deployment.yaml"
RULES = f"{CHART}/files/rules.yaml"
ROUTING = "monitoring/alertmanager/values.yaml"
CI_YML = ".github/workflows/ci.yml"
SETUP_JAVA = '      - uses: actions/setup-java@0000000000000000000000000000000000000000 # v5\n        with: {distribution: temurin, java-version: "11"}\n'
ASKS_9090 = "HEALTHCHECK --interval=30s CMD curl -f http://localhost:9090/healthz || exit 1\n#"
PROD_GATE = r"^          - task: ManualValidation@1(?:\n            .*)*"

FAULTS = (
    differs("AG001", "the image has another Java", "Dockerfile", replace, "^ARG JAVA_VERSION=21", "ARG JAVA_VERSION=11", other=".java-version"),
    differs("AG001", "a second version file says 17", ".tool-versions", append, "java temurin-17.0.9\n", other=".java-version"),
    differs("AG002", "the build stage has a newer JDK", "Dockerfile", replace, r"\$\{JAVA_VERSION\}-jdk", "25-jdk", other=".java-version"),
    differs("AG003", "a workflow sets up Java 11", CI_YML, insert, "      - run: make test", SETUP_JAVA, other=".java-version"),
    differs("AG003", "a job of GitLab has an image of Java 17", ".gitlab-ci.yml", replace, "^test:", "test:\n  image: maven:3.9-eclipse-temurin-17", other=".java-version"),
    differs("AG003", "a task of Azure installs Java 17", "azure-pipelines.yml", insert, "          - bash: make test", "          - task: JavaToolInstaller@1\n            inputs: {versionSpec: '17', jdkArchitectureOption: x64, jdkSourceOption: PreInstalled}\n", other=".java-version"),
    differs("AG004", "Jenkins has a JDK 11", "Jenkinsfile", replace, "^  agent none", "  agent none\n  tools { jdk 'jdk-11' }", other=".java-version"),
    differs("AG005", "the dev container has Java 17", ".devcontainer/Dockerfile", replace, "temurin:21", "temurin:17", other=".java-version"),
    differs("AG006", "the library of a newer JDK is in reach", "app/build.sh", replace, r"--release \"\$java_version\"", '-source "$java_version" -target "$java_version"', other=".java-version"),
    differs("AG007", "a root demands a newer Terraform than is pinned", "terraform/env/versions.tf", replace, r'">= 1.11.0"', '">= 1.20.0"', other="mise.toml"),
    differs("AG008", "the dev container has another mise", ".devcontainer/Dockerfile", replace, r"MISE_VERSION=\S+", "MISE_VERSION=2025.1.0", other=".github/workflows/ci.yml"),
    differs("AG009", "a module demands an older provider", "terraform/modules/network/versions.tf", replace, r'version = ">= 5\S* < 7.0.0"', 'version = "~> 4.0"', other="terraform/bootstrap/versions.tf"),
    differs("AG010", "the cluster on this machine is older", "kind.yaml", replace, r"kindest/node:v1\.\d+\.\d+", "kindest/node:v1.29.0", other="terraform/env/envs/common.tfvars"),
    differs("AG010", "kubectl is too old for the cluster", "mise.toml", replace, r'^kubectl = .*', 'kubectl = "1.30.1"', other="terraform/env/envs/common.tfvars"),
    differs("AG011", "the image exposes another port", "Dockerfile", replace, "^EXPOSE 8080", "EXPOSE 8081", other="Dockerfile"),
    differs("AG012", "HEALTHCHECK asks another port", "Dockerfile", replace, "^HEALTHCHECK .*", ASKS_9090, other="Dockerfile"),
    differs("AG013", "the chart gives the container another port", f"{CHART}/values.yaml", replace, "^port: 8080", "port: 8081", place=DEPLOYMENT, other="Dockerfile"),
    differs("AG014", "the Service leads to a port that no pod has", f"{CHART}/templates/service.yaml", replace, "targetPort: http", "targetPort: web", other=DEPLOYMENT),
    differs("AG015", "a probe asks a port that is not there", DEPLOYMENT, replace, r"path: /readyz\n( +)port: http", r"path: /readyz\n\1port: 9090", other=DEPLOYMENT),
    differs("AG016", "compose forwards another port", "compose.yaml", replace, "8080:8080", "8080:9090", other="Dockerfile"),
    differs("AG017", "the route leads to a port that the Service does not have", f"{CHART}/templates/service.yaml", replace, "port: 80$", "port: 81", place=f"{CHART}/templates/httproute.yaml", other=f"{CHART}/templates/service.yaml"),
    differs("AG018", "a probe's path has a typing error", DEPLOYMENT, replace, "path: /readyz", "path: /redyz", other="app/src/main/java"),
    differs("AG019", "Prometheus asks a port that the Service does not name", f"{CHART}/templates/servicemonitor.yaml", replace, "port: http", "port: metrics", other=f"{CHART}/templates/service.yaml"),
    differs("AG019", "Prometheus asks a path that is not answered", f"{CHART}/templates/servicemonitor.yaml", replace, "path: /metrics", "path: /prometheus", other="app/src/main/java"),
    differs("AG020", "the smoke test asks a path that is not answered", "ci/smoke.sh", replace, r'\$1/info"', '$1/information"', other="app/src/main/java"),
    differs("AG021", "the Service selects other pods", f"{CHART}/templates/service.yaml", replace, r"  selector:\n.*", "  selector:\n    app: my-service", other=DEPLOYMENT),
    differs("AG022", "the ServiceMonitor selects a label that no Service has", f"{CHART}/templates/servicemonitor.yaml", replace, r"matchLabels:\n.*", "matchLabels:\n      app: my-service", other=f"{CHART}/templates/service.yaml"),
    differs("AG023", "the autoscaler scales another Deployment", f"{CHART}/templates/horizontalpodautoscaler.yaml", replace, r"kind: Deployment\n    name: .*", "kind: Deployment\n    name: my-servce", other=DEPLOYMENT),
    differs("AG024", "the network policy lets Prometheus out", f"{CHART}/values.yaml", replace, r"namespaces:\n      - monitoring", "namespaces: []", place=f"{CHART}/templates/networkpolicy.yaml", other=f"{CHART}/templates/servicemonitor.yaml"),
    differs("AG025", "nothing is requested of what is scaled by", f"{CHART}/values.yaml", replace, r"^    cpu: 250m\n", "", place=DEPLOYMENT, other=f"{CHART}/templates/horizontalpodautoscaler.yaml"),
    differs("AG026", "the quota has no room for all pods", "platform/resourcequota.yaml", replace, 'pods: "24"', 'pods: "4"', other=f"{CHART}/templates/horizontalpodautoscaler.yaml"),
    differs("AG027", "an environment deploys another image", f"{CHART}/values-qa.yaml", append, "\nimage:\n  repository: registry.example.com/my-servce\n", other=f"{CHART}/values-local.yaml"),
    differs("AG028", "the pipeline sets a value that the chart does not have", "ci/install.sh", replace, "image.digest=", "image.digets=", other=f"{CHART}/values.yaml"),
    differs("AG029", "a template uses a value that is not there", DEPLOYMENT, replace, r"\.Values\.image\.pullPolicy", ".Values.image.pulPolicy", other=f"{CHART}/values.yaml"),
    differs("AG030", "the quota is for a namespace that nobody makes", "platform/resourcequota.yaml", replace, 'namespace: "my-service"', 'namespace: "my-servise"', other="platform/namespace.yaml"),
    differs("AG031", "the scripts name a chart that is not there", "ci/settings.sh", replace, '^CHART="helm/my-service"', 'CHART="helm/my-servce"', other=f"{CHART}/Chart.yaml"),
    differs("AG032", "an alert asks for a metric that nobody exposes", RULES, replace, r"http_requests_total\{job", "http_request_total_count{job", other="app/src/main/java"),
    differs("AG033", "a panel asks for a metric that nobody exposes", f"{CHART}/files/dashboard.json", replace, r"app_build_info\{", "app_buildinfo{", other="app/src/main/java"),
    differs("AG034", "an alert asks for a series that no rule records", RULES, replace, r"(?<=expr: \|\n          )service:slo_errors:ratio_rate1h\{", "service:slo_errors:rate1h{", other=RULES),
    differs("AG035", "an alert selects a job that does not exist", RULES, replace, 'job="my-service", code', 'job="my-servce", code', other=f"{CHART}/templates/servicemonitor.yaml"),
    differs("AG036", "no alert notices that series are absent", RULES, replace, r"absent\((.*)\)\n(\s+or\n\s+)absent\(", r"count(\1)\n\2count(", other=RULES),
    differs("AG037", "the digest is a label", f"{CHART}/templates/_helpers.tpl", replace, r"^app\.kubernetes\.io/managed-by:", 'example.com/image-digest: {{ .Values.image.digest | quote }}\napp.kubernetes.io/managed-by:', place=f"{CHART}/templates", other=f"{CHART}/templates"),
    differs("AG038", "the runbook of an alert is called otherwise", RULES, replace, "runbooks/ServiceDown.md", "runbooks/Down.md", other="docs/runbooks"),
    differs("AG039", "a route names an alert that is no more", ROUTING, replace, r"alertname =~? \"[^\"]*\"", 'alertname = "ServiceGone"', other=RULES),
    differs("AG040", "the first receiver tells nobody", ROUTING, replace, r"(?m)^(\s+)- name: team-chat\n", r'\1- name: team-chat\n\1- name: team-chat-2\n', other=ROUTING),
    differs("AG041", "an environment is called otherwise", "terraform/env/envs/stage.tfvars", append, 'environment = "stage"\n', other="helm/my-service/values-dev.yaml"),
    differs("AG042", "prod does not wait for qa", CI_YML, replace, r"needs: \[image, qa\]", "needs: [image]", other=CI_YML),
    differs("AG043", "Jenkins makes no bill of materials", "Jenkinsfile", replace, r"^\s*sh 'make sbom'\n", "", other=CI_YML),
    differs("AG044", "Azure asks nobody before prod", "azure-pipelines.yml", replace, PROD_GATE, "          - bash: 'true'", other=CI_YML),
    differs("AG045", "GitLab builds again for prod", ".gitlab-ci.yml", replace, r"^prod:\n", "prod:\n  script: [make build deploy]\n", other=".gitlab-ci.yml"),
    differs("AG046", "Azure has no way back in qa", "azure-pipelines.yml", replace, r"^  - template: ci/azure-devops/rollback.yml\n    parameters:\n      environment: qa\n(?:      .*\n)*", "", place="azure-pipelines.yml", other=".github/workflows/"),
    differs("AG047", "a pipeline calls a target that is not there", CI_YML, replace, "run: make lint", "run: make lnt", other="Makefile"),
    differs("AG048", "the Makefile calls a script that is not there", "Makefile", replace, "^\tci/scan.sh", "\tci/scann.sh", other="ci/"),
    differs("AG049", "a link leads nowhere", "README.md", append, "\n[more](docs/oncal.md)\n", other="docs/oncall.md"),
    differs("AG050", "an owner owns nothing", "CODEOWNERS", append, "\n/terrafrm/ @example-org/my-service-team\n"),
    differs("AG051", "a workflow calls one that is not there", CI_YML, replace, r"\./\.github/workflows/deploy\.yml", "./.github/workflows/deploi.yml", other=".github/workflows/deploy.yml"),
    differs("AG052", "a runbook names a metric that is no more", "docs/runbooks/ServiceDown.md", append, '\n`sum(rate(http_reqests_total{job="my-service"}[5m]))`\n', other="app/src/main/java"),
    differs("AG053", "an environment overrides a value that the chart does not have", f"{CHART}/values-prod.yaml", append, "\nautoscalling:\n  enabled: false\n", other=f"{CHART}/values.yaml"),
)  # fmt: skip


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: f"{one.check} {one.name}")
def test_difference_turns_exactly_its_rule_red_and_names_both_places(
    one: Difference, repository: Repository
) -> None:
    root = repository(ci=SYSTEMS)
    one.edit(root)
    report = checks.run(Project(root), OWN, ScriptedToolchain({}))
    red = {
        result.check.id: result.findings
        for result in report.results
        if result.outcome is not Outcome.PASSED
    }
    assert set(red) == {one.check}, red
    places = [
        (finding.path.as_posix(), [place.path.as_posix() for place in finding.related])
        for finding in red[one.check]
    ]
    assert any(
        place.startswith(one.place)
        and (not one.other or any(other.startswith(one.other) for other in others))
        for place, others in places
    ), red
    assert all(finding.fix for finding in red[one.check])


def test_every_rule_has_a_difference() -> None:
    assert {one.check for one in FAULTS} == {check.id for check in OWN}
