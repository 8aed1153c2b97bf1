"""Which files of a repository are of which kind: Dockerfiles, pipelines, charts, scripts and more.

The only module that matches names of files; those of one runtime are in its module in `runtimes/`,
and those of one CI system in its module in `ci/`.
Whoever needs files of a kind asks here, so that no two checks of one run disagree on what a
Dockerfile is. Paths are relative to the root of the repository.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository import source_templates
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import BY_WEIGHT, RUNTIMES, of_each

_EXAMPLES = frozenset(
    {
        "example",
        "examples",
        "samples",
        "doc",
        "docs",
        "documentation",
        "tutorials",
        "archive",
        "archived",
        "_archived",
        "_archive",
        ".archive",
        "deprecated",
        "attic",
    }
)
"""Folders with what is shown, or was once used."""

_TEST_DATA = frozenset(
    {
        *("testdata", "test-data", "test_data", "fixtures", "__fixtures__", "test-fixtures"),
        *("test_fixtures", "snapshots", "__snapshots__", "golden", "__mocks__"),
        *("invalid", "invalid-examples", "invalid_examples", "invalid-manifests"),
    }
)
"""Folders of what tests read: it may be wrong on purpose, and nothing else reads it."""

_TEST_RESOURCES = regex(r"(?:^|/)src/(?:test|[a-z]\w*Tests?|aat|testFixtures)/resources/")
"""Where Gradle and Maven keep what the tests of a source set read: src/functionalTest/resources."""

_SOURCE_SET = regex(
    r"(?:^|/)src/(?:test|[a-z]\w*Tests?|aat|testFixtures|e2e)/"
    r"|(?:^|/)fakes?/(?:test)?data/|(?:^|/)(?:internal|pkg|src)/(?:.*/)?mocks?/"
)
"""Folders of Gradle's and Maven's test source sets, and of stand-ins for programs."""

_TRIALS = (
    _EXAMPLES
    | _TEST_DATA
    | {
        *("test", "tests", "__tests__", "integration-test", "integration-tests"),
        *("e2e", "e2e-tests"),
    }
)
"""Folders of which nothing is deployed."""

_DOCKERFILE = regex(r"(?:[\w.-]*[._-])?(?:docker|container)file(?:[._-][\w.-]*)?$", re.IGNORECASE)
_OF_OTHERS = frozenset(("vendor", "third_party", "third-party"))
"""Folders of code that others wrote, which is corrected where it comes from."""

_MODULE_OF_OTHERS = regex(
    r"(?:^|/)(?:vendor/[\w-]+\.[\w.-]+/|third[_-]party/|bower_components/|vendor/(?:composer"
    r"|bundle)/)"
)
"""Where package managers put modules: those of Go are below the host that they come from."""

_NO_DOCKERFILE = regex(
    r"\.(?:md|rst|txt|ya?ml|json|toml|lock|dockerignore|jinja2?|j2|tmpl|tpl|gotmpl|erb|hbs|mustache"
    r"|template|in|orig|bak|rej|diff|patch|snap|py|go|js|ts|rb|rs|java|kt|cs|php|sh|ps1|groovy"
    r"|html|svg|png)$"
    r"|file[\w.-]*[-_.](?:template|tmpl|tpl)(?:$|[-_.])|^(?:template|tmpl|tpl)\.\w+$",
    re.IGNORECASE,
)
"""Endings of files about a Dockerfile, of templates for one, and of programs that read one."""

_ASSERTION = regex(r"(?:chainsaw|\d{2,})-(?:.*-)?(?:assert|errors?)(?:[-.].*)?\.ya?ml")

_BUILDS_IMAGE = regex(r"^\s*FROM\s+\S", re.MULTILINE | re.IGNORECASE)

_YAML = frozenset({".yaml", ".yml"})
_VALUES = regex(r"(?:^|.*[-_.])values(?:[-_.].*)?\.ya?ml$")
_BACKEND = regex(r".*\.tfbackend$|.*\bbackend\b.*\.(?:hcl|conf|tfvars|config)$")
_SHELL = regex(r"#!.*\b(?:ba|da|k)?sh\b")


def is_trial(file: Path) -> bool:
    """Return whether a file is of a test or an example: nothing of it is deployed."""
    return (
        not _TRIALS.isdisjoint(file.parts[:-1]) or _SOURCE_SET.search(file.as_posix()) is not None
    )


# ---- images --------------------------------------------------------------------------------------


def dockerfiles(project: Project) -> tuple[Path, ...]:
    """Return the Dockerfiles of services; those of editors, of tools and of tests are left out."""
    return project.once("Dockerfiles of services", lambda: tuple(_of_services(project)))


def image_builds(project: Project) -> tuple[Path, ...]:
    """Return the Dockerfiles of services and tools (`.ci/Dockerfile`), without those of trials."""
    return tuple(
        file
        for file in all_dockerfiles(project)
        if not (is_trial(file) or _FOR_TESTS.search(file.name) or ".devcontainer" in file.parts)
    )


_FOR_TESTS = regex(r"(?:^|[._-])(?:tests?|e2e)(?:[._-]|$)", re.IGNORECASE)
"""A Dockerfile for tests: `test.Dockerfile`, `Dockerfile.e2e`."""


def all_dockerfiles(project: Project) -> tuple[Path, ...]:
    """Return every Dockerfile by any usual name, wherever it is.

    `Dockerfile`, `api.Dockerfile` and `Dockerfile.dev` are known by their names, `Dockerfile-web`
    and `dockerfile_test` if they start from an image as well.
    https://docs.docker.com/build/concepts/dockerfile/#filename; Containerfile: podman-build(1).
    """
    return project.once("Dockerfiles", lambda: _all_dockerfiles(project))


def _all_dockerfiles(project: Project) -> tuple[Path, ...]:
    names = ("[Dd]ockerfile", "*.Dockerfile", "Dockerfile.*", "*.dockerfile")
    others = ("[Cc]ontainerfile", "*.Containerfile", "Containerfile.*", "*.containerfile")
    usual = frozenset(project.matching(*names, *others))
    # A folder, such as Dockerfile.d/, names no Dockerfile.
    known = (
        file
        for file in project.matching("*[Dd]ockerfile*", "*[Cc]ontainerfile*")
        if _DOCKERFILE.match(file.name) and not _NO_DOCKERFILE.search(file.name)
    )
    return tuple(
        file
        for file in known
        if _BUILDS_IMAGE.search(project.text(file)) is not None
        or (file in usual and not _is_added_to_others(project, file))
    )


def _is_added_to_others(project: Project, file: Path) -> bool:
    """Return whether a file without FROM, such as Dockerfile.labels, is a part of others.

    A script, Makefile or pipeline names it, and builds no image from it.
    """
    if file.name.lower() in {"dockerfile", "containerfile"}:
        return False
    name = re.escape(file.name)
    names = re.compile(rf"(?<![\w.-]){name}(?![\w.-])")
    builds = re.compile(rf"(?:-f|--file)[= ]+\S*{name}|\b(?:file|dockerfile):\s*\S*{name}")
    texts = [
        project.text(one)
        for one in (*shell_scripts(project), *make_files(project), *_workflow_files(project))
    ]
    named = [text for text in texts if names.search(text)]
    return bool(named) and not any(builds.search(text) for text in named)


def _workflow_files(project: Project) -> tuple[Path, ...]:
    return tuple(chain.from_iterable(pipelines_of(project, system) for system in CI_SYSTEMS))


def dev_containers(project: Project) -> tuple[Path, ...]:
    """Return the Dockerfiles of development containers."""
    return tuple(file for file in all_dockerfiles(project) if ".devcontainer" in file.parts)


def dev_container_settings(project: Project) -> tuple[Path, ...]:
    """Return the settings of development containers: https://containers.dev/implementors/spec/."""
    return project.matching("devcontainer.json", ".devcontainer.json")


def compose_files(project: Project) -> tuple[Path, ...]:
    """Return the files of Docker Compose, overrides included."""
    return project.once("files of Compose", lambda: tuple(_compose_files(project)))


_SERVICES = regex(r"^services:\s*(?:#.*)?$", re.MULTILINE)


def _compose_files(project: Project) -> Iterator[Path]:
    for file in project.matching("*compose*.yml", "*compose*.yaml"):
        is_usual = file.name.startswith(("compose", "docker-compose"))
        # Another name, such as demo-compose.yaml, is told by what the file holds.
        if is_usual or ("compose" in file.name and _SERVICES.search(project.text(file))):
            yield file


# ---- pipelines -----------------------------------------------------------------------------------


def pipelines(project: Project) -> tuple[Path, ...]:
    """Return the files of every pipeline, whichever system they are for."""
    return tuple(sorted(chain.from_iterable(pipelines_by_system(project).values())))


def pipelines_by_system(project: Project) -> dict[str, tuple[Path, ...]]:
    """Return the files of the pipelines by system, in the order of the template's choices."""
    return {system: ci_files(project, system) for system in CI_SYSTEMS}


def ci_files(project: Project, system: str) -> tuple[Path, ...]:
    """Return the pipelines of a system, then what they call: actions of the repository itself."""
    return (*pipelines_of(project, system), *project.matching(*CI_SYSTEMS[system].PARTS))


def pipelines_of(project: Project, system: str) -> tuple[Path, ...]:
    """Return the pipelines of a system, and the files that these include.

    They are known by their usual names, else by what is in them.
    """
    return project.once(("pipelines", system), lambda: _pipelines_of(project, system))


def _pipelines_of(project: Project, system: str) -> tuple[Path, ...]:
    known = CI_SYSTEMS[system]
    named = {
        file
        for file in project.matching(*known.PIPELINES)
        if known.is_pipeline(file) and not source_templates.is_named_so(file)
    }
    others = (file for file in project.matching(*known.CANDIDATES) if file not in named)
    read = (file for file in others if not is_test_data(file) and not _is_run_elsewhere(file))
    held = {file for file in read if known.holds_pipeline(project, file)}
    return tuple(
        sorted(
            named | {file for file in held if not source_templates.has_open_values(project, file)}
        )
    )


# ---- infrastructure ------------------------------------------------------------------------------


def terraform(project: Project) -> tuple[Path, ...]:
    """Return the configurations of Terraform: `*.tf`."""
    return project.matching("*.tf")


def terraform_variables(project: Project) -> tuple[Path, ...]:
    """Return the values of Terraform's variables: `*.tfvars` that complete no backend."""
    return tuple(file for file in project.matching("*.tfvars") if not is_backend(file))


def terraform_backends(project: Project, folder: Path = Path()) -> tuple[Path, ...]:
    """Return what completes a backend in `folder` and below: `*.tfbackend`, `backend-prod.hcl`."""
    return tuple(file for file in _inside(project.files, folder) if is_backend(file))


def is_backend(file: Path) -> bool:
    """Return whether a file completes a backend.

    https://developer.hashicorp.com/terraform/language/backend#file
    """
    return bool(_BACKEND.match(file.name))


def terraform_inputs(project: Project, folder: Path = Path()) -> tuple[Path, ...]:
    """Return what `terraform fmt` reads in `folder` and below: `*.tf` and `*.tfvars`."""
    return _inside(project.matching("*.tf", "*.tfvars"), folder)


def settings_of_spring(project: Project) -> tuple[Path, ...]:
    """The files that a service of Spring Boot reads its settings from, and properties of Java."""
    return project.matching("application*.y*ml", "bootstrap*.y*ml", "*.properties")


def settings_of_profiles(project: Project) -> tuple[Path, ...]:
    """Return the settings of one profile: `application-prod.yml`, `appsettings.Staging.json`."""
    named = ("application-*.y*ml", "application-*.properties", "appsettings.*.json")
    return tuple(file for file in project.matching(*named) if not is_trial(file))


def terraform_tests(project: Project) -> tuple[Path, ...]:
    """Return the tests of Terraform: `*.tftest.hcl`."""
    return project.matching("*.tftest.hcl")


def terraform_locks(project: Project) -> tuple[Path, ...]:
    """Return the lock files of Terraform's providers."""
    return project.matching(".terraform.lock.hcl")


def terraform_states(project: Project) -> tuple[Path, ...]:
    """Return the states of Terraform, which no repository should hold."""
    return project.matching("*.tfstate", "*.tfstate.backup")


def terragrunt_units(project: Project) -> tuple[Path, ...]:
    """Return the units and stacks of Terragrunt."""
    return project.matching("terragrunt.hcl", "terragrunt.stack.hcl")


def terragrunt(project: Project) -> tuple[Path, ...]:
    """Return the units of Terragrunt, and the files that these may include."""
    others = {*terraform_locks(project), *terraform_tests(project), *terraform_backends(project)}
    return tuple(file for file in project.matching("*.hcl") if file not in others)


_OF_HCL_2 = regex(
    r"terragrunt(?:\.stack)?\.hcl|\.terraform\.lock\.hcl|\.tflint\.hcl|.*\.(?:pkr|tftest|tfquery)\.hcl"
    r"|docker-bake(?:\..+)?\.hcl"
)
"""Files of programs that have always read the second version of HCL."""


def may_be_hcl_1(file: Path) -> bool:
    """Return whether a program may read HCL 1 in a file: Consul, Vault, Nomad."""
    return file.suffix == ".hcl" and _OF_HCL_2.fullmatch(file.name) is None


def hcl(project: Project) -> tuple[Path, ...]:
    """Return every file in the language of Terraform."""
    return project.matching("*.tf", "*.tfvars", "*.hcl", "*.tfbackend")


# ---- Kubernetes ----------------------------------------------------------------------------------


def charts(project: Project) -> tuple[Path, ...]:
    """Return the folders of all Helm charts, also vendored ones, but not examples."""
    return project.once("folders of charts", lambda: tuple(_charts(project)))


def _charts(project: Project) -> Iterator[Path]:
    for file in project.matching("Chart.yaml"):
        # Without a name and templates it is a part that a script puts into another chart.
        is_part = not _NAMED.search(project.text(file))
        if not is_trial(file) and not (
            is_part and file.parent / "templates" not in project.folders
        ):
            yield file.parent


_NAMED = regex(r"^[\"']?name[\"']?\s*:|^\{", re.MULTILINE)


def chart(project: Project) -> Path | None:
    """Return the folder of the service's Helm chart, or None if it has none."""
    usual = project.matching("helm/*/Chart.yaml", "charts/*/Chart.yaml", "chart/Chart.yaml")
    folders = [*(file.parent for file in usual if not is_trial(file)), *charts(project)]
    return folders[0] if folders else None


def vendored_charts(project: Project, chart: Path) -> tuple[str, ...]:
    """Return the names in a chart's folder `charts`.

    Folders, and archives such as redis-1.2.3.tgz.
    """
    folder = chart / "charts"
    inside = (file.relative_to(folder) for file in _inside(project.files, folder))
    return tuple(dict.fromkeys(file.parts[0] for file in inside))


def chart_templates(project: Project, chart: Path) -> tuple[Path, ...]:
    """Return the templates of a chart, those that only define parts included."""
    return _inside(project.matching("*.yaml", "*.yml", "*.tpl"), chart / "templates")


def chart_inputs(project: Project, chart: Path) -> tuple[Path, ...]:
    """Return what Helm reads of a chart."""
    return _inside(project.matching("*.yaml", "*.yml", "*.tpl", "*.json"), chart)


def is_trial_values(project: Project, file: Path) -> bool:
    """Return whether a file has the values of a chart for a throw-away cluster of chart-testing.

    https://github.com/helm/chart-testing#helm-tests
    """
    return (
        file.parent.name == "ci" and is_values(file) and project.has(file.parents[1] / "Chart.yaml")
    )


def is_template(project: Project, file: Path) -> bool:
    """Return whether a file is a template of a chart: Helm's to judge, and no YAML."""
    return "templates" in file.parts and any(
        parent.name == "templates" and project.has(parent.parent / "Chart.yaml")
        for parent in file.parents
    )


def values_files(project: Project, chart: Path = Path()) -> tuple[Path, ...]:
    """Return the values of charts in `chart` and below: `values-prod.yaml`, `values/prod.yaml`."""
    return tuple(
        file
        for file in _inside(yaml(project), chart)
        if is_values(file) and not is_template(project, file)
    )


def is_values(file: Path) -> bool:
    """Return whether a file holds values of a chart, by its name or that of its folder."""
    return bool(_VALUES.match(file.name)) or (
        file.suffix in _YAML and file.parent.name in {"values", "helm-values"}
    )


def plain_manifests(project: Project) -> tuple[Path, ...]:
    """Return the YAML files outside charts and trials, which may hold Kubernetes objects."""
    folders = frozenset(charts(project))
    return tuple(
        file
        for file in yaml(project)
        if not is_trial(file) and not _is_assertion(file) and folders.isdisjoint(file.parents)
        if _OF_A_BUILD.search(file.as_posix()) is None
    )


_OF_A_BUILD = regex(r"(?:^|/)src/(?:main|test)/(?:kubernetes|jkube|fabric8|k8s-fragments)/")
"""Parts of objects that a build completes: Quarkus, JKube, its forerunner fabric8.

https://quarkus.io/guides/deploying-to-kubernetes#using-existing-resources
"""


def _is_assertion(file: Path) -> bool:
    """Return whether a file has parts of objects that a test compares, of Chainsaw or KUTTL.

    https://kyverno.github.io/chainsaw/latest/operations/assert/, https://kuttl.dev/docs/testing/steps.html
    """
    return ".chainsaw-test" in file.parts or _ASSERTION.fullmatch(file.name) is not None


def skaffold_settings(project: Project) -> tuple[Path, ...]:
    """Return the settings of Skaffold: https://skaffold.dev/docs/references/yaml/."""
    return project.matching("skaffold*.yaml", "skaffold*.yml")


def tilt_settings(project: Project) -> tuple[Path, ...]:
    """Return the programs of Tilt: https://docs.tilt.dev/api.html#api.docker_build."""
    return project.matching("Tiltfile", "*.tilt", "Tiltfile.*")


def kustomizations(project: Project) -> tuple[Path, ...]:
    """Return the kustomizations."""
    return tuple(
        file
        for file in project.matching("kustomization.yaml", "kustomization.yml", "Kustomization")
        if not is_trial(file)
    )


def deployments(project: Project) -> tuple[Path, ...]:
    """Return the files that usually define a deployment: values of a chart, a Deployment."""
    return project.matching("values.yaml", "deployment.yaml")


def deploy_scripts(project: Project) -> tuple[Path, ...]:
    """Return the shell scripts that deploy, by their name."""
    return project.matching("deploy*.sh")


def that_deploy(project: Project) -> tuple[Path, ...]:
    """Return what may run Helm: pipelines, shell scripts and Makefiles."""
    return (*pipelines(project), *shell_scripts(project), *make_files(project))


def that_run_helm(project: Project) -> tuple[Path, ...]:
    """Return the files that may set values of a chart: CI commands, task runners, Terraform."""
    known = (*that_deploy(project), *shell_programs(project), *terraform(project))
    called = set(chain.from_iterable(ci_files(project, system) for system in CI_SYSTEMS))
    return tuple(sorted({*known, *called, *project.matching(*_OTHERS_THAT_DEPLOY)}))


_OTHERS_THAT_DEPLOY = (
    ".circleci/*.y*ml",
    ".travis.yml",
    ".drone.yml",
    "bitbucket-pipelines.yml",
    "cloudbuild*.y*ml",
    "buildspec*.y*ml",
    "skaffold*.y*ml",
    "Taskfile*.y*ml",
    "justfile",
    "*.just",
    "Tiltfile",
    "Earthfile",
)


_OTHER_PIPELINES = {
    ".circleci/config.yml": "CircleCI",
    ".circleci/config.yaml": "CircleCI",
    ".travis.yml": "Travis CI",
    "bitbucket-pipelines.yml": "Bitbucket Pipelines",
    ".drone.yml": "Drone",
    ".cirrus.yml": "Cirrus CI",
    ".buildkite/pipeline.yml": "Buildkite",
    ".woodpecker.yml": "Woodpecker",
    "appveyor.yml": "AppVeyor",
    ".teamcity/settings.kts": "TeamCity",
    "buildspec.yml": "CodeBuild",
    "cloudbuild.yaml": "Cloud Build",
}


_NAMED_IMAGE = regex(
    r"(?:docker|container)file[._-](?P<after>[\w-]+)|(?P<before>[\w-]+)\.(?:docker|container)file",
    re.IGNORECASE,
)


def names_of_images(project: Project) -> tuple[str, ...]:
    """Return what the names of Dockerfiles call their images: `auth` of `dockerfile.auth`."""
    found = (_NAMED_IMAGE.fullmatch(file.name) for file in dockerfiles(project))
    return tuple(one["after"] or one["before"] for one in found if one)


def unread_pipelines(project: Project) -> dict[Path, str]:
    """Return the pipelines of systems that no reader is for, by the name of the system."""
    return {Path(name): one for name, one in _OTHER_PIPELINES.items() if project.has(name)}


def that_fill_in(project: Project) -> tuple[Path, ...]:
    """Return the files that may fill in another one: scripts, images, pipelines, Compose."""
    scripts = (*shell_programs(project), *make_files(project), *all_dockerfiles(project))
    return (*scripts, *compose_files(project), *pipelines(project))


def helmfiles(project: Project) -> tuple[Path, ...]:
    """Return the settings of Helmfile: https://helmfile.readthedocs.io/."""
    names = tuple(f"helmfile{end}" for end in (".yaml", ".yml", ".yaml.gotmpl", ".yml.gotmpl"))
    return project.matching(*names, "helmfile.d/*.y*ml*", "*/helmfile.d/*.y*ml*")


def kind_clusters(project: Project) -> tuple[Path, ...]:
    """Return the settings of clusters on one's own machine.

    https://kind.sigs.k8s.io/docs/user/configuration/
    """
    return tuple(file for file in project.matching("kind*.yaml", "kind*.yml") if not is_trial(file))


# ---- monitoring ----------------------------------------------------------------------------------


def alertmanager_files(project: Project) -> tuple[Path, ...]:
    """Return the settings of Alertmanager, by their name."""
    found = project.matching("alertmanager*.yaml", "alertmanager*.yml")
    return tuple(file for file in found if not is_trial(file))


def monitoring(project: Project) -> tuple[Path, ...]:
    """Return the files that may hold rules, their tests or settings of Alertmanager.

    No templates.
    """
    files = project.matching("*.yaml", "*.yml", "*.rules")
    return project.once(
        "monitoring files",
        lambda: tuple(
            file
            for file in files
            if _EXAMPLES.isdisjoint(file.parts[:-1]) and not is_template(project, file)
        ),
    )


def _is_run_elsewhere(file: Path) -> bool:
    return not (_TRIALS | _OF_OTHERS).isdisjoint(file.parts[:-1])


_WRONG_ON_PURPOSE = regex(r"(?:^|[-_.])(?:negative|invalid|malformed|broken)(?:[-_.]|$)")
"""A part of the name of a file of a test: it has a fault that the test looks for."""


def is_test_data(file: Path) -> bool:
    """Return whether a file is what a test reads, by its folder: it may be wrong on purpose."""
    folders = file.parts[:-1]
    if not _TEST_DATA.isdisjoint(folders):
        return True
    if _WRONG_ON_PURPOSE.search(file.name) and not _TRIALS.isdisjoint(folders):
        return True
    path = file.as_posix()
    return ("resources" in folders and _TEST_RESOURCES.search(path) is not None) or (
        "data" in folders and re.search(r"(?:^|/)fakes?/data/", path) is not None
    )


def is_of_others(file: Path) -> bool:
    """Return whether a file is the data of a test, or a module of others: nothing to correct."""
    return is_test_data(file) or _MODULE_OF_OTHERS.search(file.as_posix()) is not None


_LIBRARY = regex(
    r"[.-](?:min|bundle|pack|packed)\.(?:js|mjs|css)$"
    r"|(?:^|/)(?:jquery|bootstrap|angular|react|vue|d3|lodash|moment|modernizr|respond|html5shiv"
    r"|datatables|select2|tinymce|ckeditor|codemirror)(?:[.-][\w.-]+)?\.(?:js|css)$",
    re.IGNORECASE,
)
"""Copies of libraries for browsers, by their names, and what a program has made small."""


def is_library(file: Path) -> bool:
    """Return whether a file is a copy of a library for browsers, or minified."""
    return _LIBRARY.search(file.as_posix()) is not None


# ---- texts by language ---------------------------------------------------------------------------


def yaml(project: Project) -> tuple[Path, ...]:
    """Return every YAML file."""
    return project.matching("*.yaml", "*.yml")


def plain_yaml(project: Project) -> tuple[Path, ...]:
    """Return every YAML file outside the templates of charts."""
    return tuple(file for file in yaml(project) if not is_template(project, file))


def json(project: Project) -> tuple[Path, ...]:
    """Return every JSON file."""
    return project.matching("*.json")


_STRICT_JSON = frozenset(
    ("package.json", "package-lock.json", "npm-shrinkwrap.json", "composer.json", "composer.lock")
)


def is_strict_json(file: Path) -> bool:
    """Return whether the program that reads a file of JSON refuses comments."""
    return file.name in _STRICT_JSON


def toml(project: Project) -> tuple[Path, ...]:
    """Return every TOML file."""
    return project.matching("*.toml")


def xml(project: Project) -> tuple[Path, ...]:
    """Return every XML file."""
    return project.matching("*.xml")


def makefiles(project: Project) -> tuple[Path, ...]:
    """Return the Makefiles that `make` finds by itself."""
    return project.matching("Makefile", "makefile", "GNUmakefile")


def make_files(project: Project) -> tuple[Path, ...]:
    """Return the Makefiles, and the parts that they include."""
    return tuple(sorted({*makefiles(project), *project.matching("*.mk")}))


def shell_scripts(project: Project) -> tuple[Path, ...]:
    """Return the shell scripts, by their names."""
    return project.matching("*.sh", "*.bash")


def shell_programs(project: Project) -> tuple[Path, ...]:
    """Return the shell scripts by their name, or by their first line if the name has no ending."""
    return project.once("shell programs", lambda: _shell_programs(project))


_SCRIPTS = frozenset(("ci", "scripts", "script", "tools", "bin", "deploy", "deployment", "hack"))


def python_scripts(project: Project) -> tuple[Path, ...]:
    """Return the programs in Python that build and deploy, by their folder."""
    return tuple(
        file
        for file in project.matching("*.py")
        if not _SCRIPTS.isdisjoint(file.parts[:-1]) and not is_trial(file)
    )


def service_settings(project: Project) -> tuple[Path, ...]:
    """Return the settings of a service by their usual names: `config.yaml`, `config/app.toml`."""
    return tuple(
        file
        for file in project.matching(
            "config*.y*ml", "config*.toml", "config/*.y*ml", "config/*.toml"
        )
        if len(file.parts) < _DEEP_SETTINGS and not is_trial(file) and not is_test_data(file)
    )


_DEEP_SETTINGS = 3


def variables_files(project: Project) -> tuple[Path, ...]:
    """Return the files that set environment variables: `.env`."""
    return project.matching(".env")


def variables_and_examples(project: Project) -> tuple[Path, ...]:
    """Return the files of variables by any usual name: `.env`, `.env.example`, `api.env`."""
    return tuple(file for file in project.matching(".env", ".env.*", "*.env") if not is_trial(file))


def ignore_files(project: Project) -> tuple[Path, ...]:
    """Return the files with the paths that Git leaves out."""
    return project.named(".gitignore")


def documents(project: Project) -> tuple[Path, ...]:
    """Return every page of Markdown."""
    return project.matching("*.md")


def guides(project: Project) -> tuple[Path, ...]:
    """Return the guides to building and running the repository, as files or in `docs/`.

    Records of decisions, of changes and of releases are of their day; examples are of others.
    """
    return project.once(
        "guides", lambda: tuple(file for file in documents(project) if _is_guide(file))
    )


_GUIDES = regex(
    r"(?:readme|contributing|develop(?:ment|ing)|hacking|install(?:ation|ing)?|agents|claude|gemini"
    r"|copilot-instructions|getting[_-]started|setup|quick[_-]?start|running|usage|build(?:ing)?"
    r"|deploy(?:ment|ing)?|local[_-]development)\.md",
    re.IGNORECASE,
)
_OF_A_DAY = regex(
    r"(?:^|[-_. \d])(?:adrs?|decisions?|rfcs?|history|changelogs?|changes|releases?"
    r"|release[-_]notes"
    r"|news|migrat\w*|upgrad\w*|archived?|legacy|blog|posts?|tutorials?|examples?|samples?|courses?"
    r"|labs?|exercises?|workshops?|post-?mortems?|incidents?|proposals?|designs?|plans?|roadmap"
    r"|meetings?|research|reports?|audits?|specs?|tests?|testdata|fixtures|templates?|cookbook"
    r"|sessions?|tasks?|todos?|summary|completed?|status|phase|progress|reviews?|implementation"
    r"|optimi[sz]ations?|\d{4}-\d{2}-\d{2})"
    r"(?:$|[-_. ])",
    re.IGNORECASE,
)


def _is_guide(file: Path) -> bool:
    parts = (*file.parts[:-1], file.stem)
    if any(_OF_A_DAY.search(part) for part in parts) or is_of_others(file):
        return False
    return _GUIDES.fullmatch(file.name) is not None or "docs" in file.parts[:-1]


_OF_OWNERS = frozenset(
    map(Path, (".", ".github", ".gitlab", ".gitea", ".forgejo", ".bitbucket", "docs"))
)


def owners(project: Project) -> tuple[Path, ...]:
    """Return the files that name code owners, where GitHub, GitLab, Gitea and Bitbucket read them.

    In another folder it is one for another repository.
    """
    return tuple(file for file in project.matching("CODEOWNERS") if file.parent in _OF_OWNERS)


def editor_settings(project: Project) -> tuple[Path, ...]:
    """Return the settings that EditorConfig reads."""
    return project.matching(".editorconfig")


def but_documents(project: Project) -> list[Path]:
    """Return the paths of all files but Markdown, which a script or a test of rules may use."""
    left_out = frozenset(documents(project))
    return [project.root / file for file in project.files if file not in left_out]


def settings_of_any_kind(project: Project) -> tuple[Path, ...]:
    """Return all files but Markdown and pictures: what may name a variable of the environment."""
    left_out = {*documents(project), *project.matching("*.png", "*.jpg", "*.gif", "*.svg", "*.ico")}
    return tuple(file for file in project.files if file not in left_out)


_TABLES = frozenset((".csv", ".tsv", ".sql", ".css", ".scss", ".html", ".ipynb", ".jsonl", ".sum"))
_SETTINGS_IN_JSON = regex(
    r"package|angular|project|workspace|launch\w*|tasks|settings|.*config.*|appsettings.*"
    r"|\.?devcontainer|local\.settings|nx|firebase|\w*rc",
    re.IGNORECASE,
)


def that_may_name_ports(project: Project) -> tuple[Path, ...]:
    """Return the files that may set a program's port; no pages, no tables and no data."""
    return tuple(
        file
        for file in settings_of_any_kind(project)
        if file.suffix not in _TABLES
        and (file.suffix != ".json" or _SETTINGS_IN_JSON.fullmatch(file.stem))
    )


def read_by_workflow_linters(project: Project) -> list[Path]:
    """Return the paths of workflows, of what they call, and of the settings of their linters."""
    return [project.root / file for file in project.matching("*.yml", "*.yaml", ".shellcheckrc")]


# ---- versions of programs ------------------------------------------------------------------------


def mise_settings(project: Project) -> tuple[Path, ...]:
    """Return the settings of mise: https://mise.jdx.dev/configuration.html."""
    return project.matching("mise.toml", ".mise.toml")


def asdf_versions(project: Project) -> tuple[Path, ...]:
    """Return the files in which asdf reads the versions of programs."""
    return project.matching(".tool-versions")


def version_files(project: Project) -> tuple[Path, ...]:
    """Return the files that pin one program that deploys: `.terraform-version` and its like."""
    return project.matching(
        ".terraform-version", ".opentofu-version", ".helm-version", ".kubectl-version"
    )


# ---- exceptions of scanners ----------------------------------------------------------------------


def trivy_exceptions(project: Project) -> tuple[Path, ...]:
    """Return Trivy's exceptions as YAML, at the root, its default place."""
    return at_root(project, ".trivyignore.yaml", ".trivyignore.yml")


def trivy_ignored(project: Project) -> tuple[Path, ...]:
    """Return Trivy's exceptions as lines, at the root, its default place."""
    return at_root(project, ".trivyignore")


def hadolint_settings(project: Project) -> tuple[Path, ...]:
    """Return the settings of hadolint, at the root, its default place."""
    return at_root(project, ".hadolint.yaml", ".hadolint.yml")


def checkov_settings(project: Project) -> tuple[Path, ...]:
    """Return the settings of checkov, at the root, its default place."""
    return at_root(project, ".checkov.yaml", ".checkov.yml")


def shellcheck_settings(project: Project) -> tuple[Path, ...]:
    """Return the settings of shellcheck at the root."""
    return at_root(project, ".shellcheckrc")


# ---- sources and builds --------------------------------------------------------------------------

MANIFESTS = {name: (*RUNTIMES[name].MANIFESTS, *RUNTIMES[name].HINTS) for name in BY_WEIGHT}
"""The files that tell the runtime of a service, by runtime, in the order in which they count."""


def builds(project: Project) -> tuple[Path, ...]:
    """Return the files that make a folder the build of a service."""
    return project.matching(*of_each(lambda runtime: runtime.MANIFESTS))


def manifests(project: Project) -> tuple[Path, ...]:
    """Return every build file: builds, and lists of their dependencies."""
    return project.matching(*chain.from_iterable(MANIFESTS.values()))


def dependencies(project: Project, folder: Path = Path()) -> tuple[Path, ...]:
    """Return the files in `folder` and below that list the libraries of services."""
    return _inside(project.matching(*of_each(lambda runtime: runtime.DEPENDENCIES)), folder)


def version_catalogs(project: Project) -> tuple[Path, ...]:
    """Return what lists libraries for all modules of a build: catalogs and plugins of Gradle."""
    return project.matching("*.versions.toml", "buildSrc/*.gradle", "buildSrc/*.gradle.kts")


def maven_builds(project: Project) -> tuple[Path, ...]:
    """Return the builds of Maven."""
    return project.matching("pom.xml")


def gradle_settings(project: Project) -> tuple[Path, ...]:
    """Return the settings of Gradle builds."""
    return project.matching("settings.gradle", "settings.gradle.kts")


def node_packages(project: Project) -> tuple[Path, ...]:
    """Return the packages of Node.js."""
    return project.matching("package.json")


def ant_builds(project: Project) -> tuple[Path, ...]:
    """Return the builds of Ant."""
    return project.matching("build.xml")


_OTHER_LANGUAGES = {
    ".NET": ("*.slnx", "*.sln", "*.csproj", "*.fsproj", "*.vbproj"),
    "PHP": ("composer.json",),
    "Ruby": ("Gemfile",),
    "Rust": ("Cargo.toml",),
    "Elixir": ("mix.exs",),
    "Erlang": ("rebar.config",),
    "Scala": ("build.sbt",),
    "Clojure": ("project.clj", "deps.edn"),
    "Swift": ("Package.swift",),
    "Dart": ("pubspec.yaml",),
    "Haskell": ("stack.yaml", "cabal.project", "*.cabal"),
    "C or C++": ("CMakeLists.txt", "meson.build"),
    "Perl": ("cpanfile",),
    "Deno": ("deno.json", "deno.jsonc"),
    "Crystal": ("shard.yml",),
}
"""The builds of languages that the template does not have, in the order in which they count."""


def other_languages(project: Project) -> dict[str, Path]:
    """Return, for each language that the template does not have, the first build in it.

    A build counts at the root; a project of .NET counts also in a folder, its usual place.
    """
    found: dict[str, Path] = {}
    for language, names in _OTHER_LANGUAGES.items():
        for file in project.matching(*names):
            deep = len(file.parts) > 1
            if not deep or (language == ".NET" and not _TRIALS & set(file.parts)):
                best = found.get(language)
                if best is None or len(file.parts) < len(best.parts):
                    found[language] = file
    return found


def azd_settings(project: Project) -> tuple[Path, ...]:
    """Return the settings of the Azure Developer CLI, at the root, its default place."""
    return at_root(project, "azure.yaml", "azure.yml")


def bicep(project: Project) -> tuple[Path, ...]:
    """Return the configurations of Azure in Bicep, and their parameters."""
    return project.matching("*.bicep", "*.bicepparam")


def scripts_of_cloud_templates(project: Project) -> tuple[Path, ...]:
    """Return what deploys without Terraform: the Azure Developer CLI, Bicep, AWS SAM and CDK."""
    return (
        *azd_settings(project),
        *bicep(project),
        *at_root(project, "samconfig.toml", "template.yaml", "cdk.json"),
    )


# ---- by patterns of the repository itself --------------------------------------------------------


def named(project: Project, *patterns: str) -> tuple[Path, ...]:
    """Return the files that a runtime names, by shell patterns."""
    return project.matching(*patterns)


def called(project: Project, name: str) -> tuple[Path, ...]:
    """Return the files of exactly this name, wherever they are."""
    return project.named(name)


def named_by(project: Project, pattern: str) -> tuple[Path, ...]:
    """Return the files that a shell pattern in a file of the repository names."""
    return project.matching(pattern)


def _inside(files: Sequence[Path], folder: Path) -> tuple[Path, ...]:
    """Return those of `files`, which are sorted, that are in a folder: they stand side by side."""
    start = end = bisect_left(files, folder)
    while end < len(files) and files[end].is_relative_to(folder):
        end += 1
    return tuple(files[start:end])


def _of_services(project: Project) -> Iterator[Path]:
    for file in image_builds(project):
        if not any(part.startswith(".") for part in file.parts[:-1]):
            yield file


def at_root(project: Project, *names: str) -> tuple[Path, ...]:
    """Return which of these files are there, in the order of the names."""
    return tuple(Path(name) for name in names if project.has(name))


_WRAPPERS = frozenset({"mvnw", "gradlew"})
"""Scripts that Maven and Gradle write, and people do not edit."""


def _shell_programs(project: Project) -> tuple[Path, ...]:
    named = frozenset(shell_scripts(project))
    return tuple(
        file
        for file in project.files
        if file.name not in _WRAPPERS
        and (file in named or (not file.suffix and _SHELL.match(project.text(file)[:80])))
    )


def mkdocs_settings(project: Project) -> tuple[Path, ...]:
    """Return the settings of MkDocs: https://www.mkdocs.org/user-guide/configuration/."""
    return project.matching("mkdocs.yml", "mkdocs.yaml")


# ---- sites of documentation ----------------------------------------------------------------------

_SITES = (
    ("MkDocs", ("mkdocs.yml", "mkdocs.yaml"), "docs"),
    ("Docusaurus", ("docusaurus.config.*",), "."),
    ("VitePress", ("*/.vitepress/config.*", ".vitepress/config.*", "*/.vitepress/config/*"), ".."),
    ("VuePress", ("*/.vuepress/config.*", ".vuepress/config.*"), ".."),
    ("Hugo", ("_index.md",), "."),
    ("Hugo", ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json"), "content"),
    ("Jekyll", ("_config.yml", "_config.yaml"), "."),
    ("Astro", ("astro.config.*",), "src"),
    ("Gatsby", ("gatsby-config.*",), "."),
    ("Eleventy", (".eleventy.js", "eleventy.config.*"), "."),
    ("Docsify", ("_sidebar.md",), "."),
    ("Mintlify", ("mint.json", "docs.json"), "."),
    ("Nuxt", ("nuxt.config.*",), "content"),
    ("Rspress", ("rspress.config.*",), "docs"),
    ("Zola", ("zola.toml",), "content"),
    ("mdBook", ("book.toml",), "src"),
    ("Sphinx", ("_toc.yml", "myst.yml"), "."),
    ("Nextra", ("_meta.js", "_meta.ts", "_meta.json", "_meta.tsx"), "."),
)
"""Generators of sites, their settings, and the folder of their pages, from that of the settings."""

_PAGES = {
    "MkDocs": regex(r"^docs_dir:\s*[\"']?([\w./-]+)", re.MULTILINE),
    "Docusaurus": regex(r"^\s*path:\s*[\"'](\.\.?/[\w./-]+)[\"']", re.MULTILINE),
    "Jekyll": regex(r"^source:\s*[\"']?([\w./-]+)", re.MULTILINE),
    "mdBook": regex(r"^src\s*=\s*[\"']([\w./-]+)", re.MULTILINE),
}
"""Settings that name folders of pages outside the generator's default."""

_BESIDE = (
    ("Middleman", "config.rb", "source"),
    ("Hugo", "config.toml", "content"),
    ("Hugo", "config.yaml", "content"),
    ("Rails", "config/routes.rb", "app/views"),
)
"""Settings whose names many programs use, and the folder beside them that makes them a site's."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """A folder of pages that a generator makes a site of."""

    folder: Path
    generator: str
    is_mounted: bool = False
    """Whether it is one of several folders that become one, so that `../` may lead to another."""


def sites(project: Project) -> tuple[Site, ...]:
    """Return the sites of documentation."""
    return project.once("sites", lambda: tuple(dict.fromkeys(_sites(project))))


def _sites(project: Project) -> Iterator[Site]:
    for generator, settings, pages in _SITES:
        for file in project.matching(*settings):
            for inner in _folders_of_pages(project, generator, file) or [pages]:
                yield Site(
                    folder=project.relative((file.parent / inner).as_posix()), generator=generator
                )
            yield from _mounted(project, generator, file)
    yield from _known_by_more_than_a_name(project)


def _known_by_more_than_a_name(project: Project) -> Iterator[Site]:
    for generator, name, pages in _BESIDE:
        for file in called(project, Path(name).name):
            above = file.parents[len(Path(name).parts) - 1]
            if file == above / name and above / pages in project.folders:
                yield Site(folder=above / pages, generator=generator)
                yield from _mounted(project, generator, file)
    for file in called(project, "conf.py"):
        text = project.text(file)
        if "extensions" in text and _OF_SPHINX.search(text):
            yield Site(folder=file.parent, generator="Sphinx")
    for file in called(project, ".nojekyll"):
        start = file.parent / "index.html"
        if project.has(start) and "docsify" in project.text(start):
            yield Site(folder=file.parent, generator="Docsify")


_OF_SPHINX = regex(r"sphinx|myst|html_", re.IGNORECASE)


def _folders_of_pages(project: Project, generator: str, settings: Path) -> list[str]:
    """Return the folders of pages that the settings name; Docusaurus has its own ones as well."""
    named = _PAGES.get(generator)
    inner = [] if named is None else named.findall(project.text(settings))
    return [*inner, "."] if generator == "Docusaurus" else inner


_MOUNT = regex(r"[\"']?source[\"']?\s*[=:]\s*[\"']?([\w./-]+)")


def _mounted(project: Project, generator: str, settings: Path) -> Iterator[Site]:
    """Yield the folders outside that of its settings which Hugo takes pages from.

    https://gohugo.io/configuration/module/#mounts
    """
    text = project.text(settings) if generator == "Hugo" else ""
    for source in _MOUNT.findall(text) if "mounts" in text else ():
        if source.startswith(".."):
            folder = project.relative((settings.parent / source).as_posix())
            yield Site(folder=folder, generator=generator, is_mounted=True)


_OF_MARKETPLACES = {
    "x-google-marketplace": ("Google Cloud Marketplace", ("schema.yaml", "schema.yml")),
    "createUiDefinition": ("Azure Marketplace", ("createUiDefinition.json",)),
}
"""Marketplaces: a word in their files, their name, and their files beside a chart.

https://github.com/GoogleCloudPlatform/marketplace-k8s-app-tools/blob/master/docs/schema.md
https://learn.microsoft.com/partner-center/marketplace-offers/azure-container-technical-assets-kubernetes
"""


def marketplace(project: Project, chart: Path) -> str:
    """Return the marketplace whose users give a chart its values, "" if there is none."""
    for word, (name, settings) in _OF_MARKETPLACES.items():
        for file in project.matching(*settings):
            if chart.is_relative_to(file.parent) and word in project.text(file):
                return name
    return ""


def submodules(project: Project) -> tuple[Path, ...]:
    """Return the folders of other repositories, which a plain clone leaves empty."""
    if not project.has(".gitmodules"):
        return ()
    text = project.text(".gitmodules")
    return tuple(Path(name) for name in re.findall(r"^\s*path\s*=\s*(\S+)\s*$", text, re.MULTILINE))
