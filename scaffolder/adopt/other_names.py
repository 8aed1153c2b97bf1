"""Files with several possible names: a second one would win over an existing one, or be unused."""

from __future__ import annotations

from collections.abc import Collection

from scaffolder.repository.ci import of_each

_OTHERS = {
    # The canonical name wins where both are there:
    # https://docs.docker.com/compose/intro/compose-application-model/
    "compose.yaml": ("compose.yml", "docker-compose.yaml", "docker-compose.yml"),
    # One of them counts, which differs between hosts.
    # https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository
    "CODEOWNERS": (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS"),
    "CONTRIBUTING.md": (
        ".github/CONTRIBUTING.md",
        "docs/CONTRIBUTING.md",
        "CONTRIBUTING.rst",
        "CONTRIBUTING.adoc",
    ),
    "SECURITY.md": (".github/SECURITY.md", "docs/SECURITY.md", "SECURITY.rst"),
    ".github/pull_request_template.md": (
        "pull_request_template.md",
        "docs/pull_request_template.md",
        ".github/pull_request_template.txt",
    ),
    # The first one counts: https://docs.renovatebot.com/configuration-options/
    "renovate.json": (
        "renovate.json5",
        ".github/renovate.json",
        ".github/renovate.json5",
        ".gitlab/renovate.json",
        ".gitlab/renovate.json5",
        *(f".renovaterc{end}" for end in ("", ".json", ".json5")),
    ),
    # Make takes GNUmakefile before Makefile:
    # https://www.gnu.org/software/make/manual/html_node/Makefile-Names.html
    "Makefile": ("GNUmakefile",),
    # https://yamllint.readthedocs.io/en/stable/configuration.html
    ".yamllint.yaml": (".yamllint", ".yamllint.yml"),
    ".hadolint.yaml": (".hadolint.yml",),
    "README.md": ("README", "README.rst", "README.adoc", "README.txt"),
    "CHANGELOG.md": ("CHANGELOG", "CHANGELOG.rst", "CHANGES.md", "CHANGES.rst", "HISTORY.md"),
    **dict(of_each(lambda system: system.OTHER_NAMES.items())),
}


def of(file: str, tracked: Collection[str]) -> str:
    """Return the existing file with another name for the template's `file`, or ""."""
    known = {path.lower(): path for path in tracked}
    return next(
        (known[name.lower()] for name in _OTHERS.get(file, ()) if name.lower() in known), ""
    )
