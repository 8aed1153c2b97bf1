"""No code, document, template or generated file installs scaffolder by a name that an index gives a meaning."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from bare_names import bare_installs
from support import ROOT, Repository

from scaffolder.tools.installation import Installation

LEFT_OUT = (
    *("scaffolder/_data/", "CHANGELOG.md"),  # releases that are out, and their changes
    "examples/",  # a test below renders them
    *("tests/bare_names.py", "tests/unit/test_nothing_installs_by_bare_name.py"),  # the seeds
    *(
        "tests/e2e/test_scaffolder_is_pinned.py",
        "tests/e2e/test_template_update_scripts.py",
        "tests/e2e/test_adopt_checks.py",
    ),  # what is refused
)

ADDRESS = "git+https://git.example.com/platform/scaffolder@v0.8.0"


@pytest.mark.parametrize(
    "line",
    [
        *(
            "pip install scaffolder",
            "pip install --upgrade scaffolder",
            'pip install "scaffolder[tools]"',
        ),
        *(
            "pip3 install -U 'scaffolder>=0.5'",
            "python3 -m pip install scaffolder==0.5.0",
            "pip install x scaffolder",
        ),
        *(
            "pip install devops-scaffolder",
            'pip install "devops-scaffolder[tools]"',
            "pip install devops_scaffolder",
        ),
        *(
            '.scaffold/bin/pip install --quiet "scaffolder[tools]"',
            "$ pip install --force-reinstall scaffolder",
        ),
        *(
            '"$X/bin/pip" install --quiet "scaffolder[tools]"',
            "pip download scaffolder",
            "uv pip install scaffolder",
        ),
        *(
            "pipx install scaffolder",
            "pipx run scaffolder",
            "pipx inject x scaffolder",
            "pipx upgrade scaffolder",
        ),
        *(
            "uvx scaffolder",
            "uvx scaffolder@latest",
            "uvx --from scaffolder scaffold",
            "uv tool install scaffolder",
        ),
        *("uv tool run --isolated --from 'scaffolder[tools]' scaffold", "uv add devops-scaffolder"),
        *(
            "x --from=scaffolder scaffold",
            "poetry add scaffolder",
            "pdm add --dev scaffolder",
            "conda install scaffolder",
        ),
        *('["pip", "install", "scaffolder"]', "'pip', 'install', 'scaffolder[tools]'"),
        *(
            "additional_dependencies: [scaffolder]",
            'additional_dependencies: [".[x]", "devops-scaffolder[tools]==0.6.0"]',
        ),
        *(
            'dependencies = ["scaffolder>=0.5"]',
            'spec="scaffolder[tools]>=${release#v}"',
            'source="scaffolder[tools]==$V"',
        ),
        *(
            "RUN pip install \\\n    scaffolder",
            "pip install scaffolder # the generator",
            "pip install scaffolder && true",
        ),
        *(
            "`pip install scaffolder`",
            "(pip install scaffolder)",
            "pip install --index-url https://h/simple scaffolder",
        ),
        *(
            "pip install --extra-index-url https://h/simple devops-scaffolder",
            "SPEC=devops-scaffolder[tools]",
        ),
        f'pip install "devops-scaffolder @ {ADDRESS}" scaffolder',
    ],
)
def test_an_install_by_name_alone_is_found(line: str) -> None:
    assert len(bare_installs(f"before\n{line}\nafter\n")) == 1


@pytest.mark.parametrize(
    "line",
    ["scaffolder", "scaffolder[tools]", "devops-scaffolder", '    "scaffolder",', "scaffolder==1"],
)
def test_a_line_of_a_list_of_requirements_is_found(line: str) -> None:
    assert bare_installs(f"{line}\n", "ci/scaffolder.in") == [line.strip()]


@pytest.mark.parametrize(
    "line",
    [
        *(
            'pip install ".[tools]"',
            "pip install --editable .",
            "pip install click",
            "pip uninstall --yes scaffolder",
        ),
        *(
            f'pip install "devops-scaffolder[tools] @ {ADDRESS}"',
            f"pipx install 'devops-scaffolder @ {ADDRESS}'",
        ),
        *(
            f"uv tool install {ADDRESS}",
            "pip install https://h.example/devops_scaffolder-0.6.0-py3-none-any.whl",
        ),
        *(
            'pip install --index-url https://h.example/simple "devops-scaffolder[tools]==0.6.0"',
            "pip install ./scaffolder",
        ),
        *(
            f"devops-scaffolder==0.6.0 --hash=sha256:{'ab' * 32}",
            "make pin SCAFFOLDER_FROM=x==1 SCAFFOLDER_INDEX=y",
        ),
        *(
            "uvx ruff",
            "COPY --from=build /scaffolder /scaffolder",
            "name = 'devops-scaffolder'",
            "scaffolder 0.5.0",
        ),
        *(
            "import scaffolder",
            "python -m scaffolder new",
            "`pip install` brings what scaffolder needs",
        ),
    ],
)
def test_what_names_an_address_an_index_or_a_hash_is_not(line: str) -> None:
    assert bare_installs(f"{line}\n") == []


def test_the_checkout_installs_nothing_by_name_alone() -> None:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
    )
    if listed.returncode != 0:
        pytest.skip("this is no Git checkout")
    names = [name for name in listed.stdout.split("\0") if name and not name.startswith(LEFT_OUT)]
    assert {
        "README.md",
        "action.yml",
        "templates/ci/scaffolder.sh",
        "scaffolder/template/releases.py",
    } <= set(names)
    assert _found(names, ROOT) == []


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"ci": ("github", "gitlab", "jenkins", "azure-devops"), "cloud": "azure", "level": "work"},
        {"ci": ("gitlab",), "cloud": "none", "runtime": "python", "deploy": "terraform"},
    ],
    ids=["defaults", "every-ci", "own-cluster"],
)
def test_a_generated_repository_installs_nothing_by_name_alone(
    given: dict[str, object], pristine: Repository
) -> None:
    root = pristine(**given)
    names = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    assert _found(names, root) == []


@pytest.mark.parametrize("tools", [True, False])
@pytest.mark.parametrize(
    "made",
    [
        {"kind": "git", "source": "https://h.example/x", "revision": "v0.6.0"},
        {"kind": "archive", "source": "https://h.example/devops_scaffolder-0.6.0-py3-none-any.whl"},
        {"kind": "folder", "source": "/home/me/scaffolder"},
        {"kind": "index"},
    ],
    ids=lambda made: made["kind"],
)
@pytest.mark.parametrize(
    "installer",
    ["pip install", "uv pip install", "pipx install --force", "uv tool install --force"],
)
def test_no_hint_of_the_running_program_does(
    made: dict[str, str], tools: bool, installer: str
) -> None:
    installation = Installation(**made, tools=tools, installer=installer, version="0.6.0")  # type: ignore[arg-type]
    hints = (installation.upgrade("0.7.0"), installation.reinstall(), installation.with_tools())
    assert [line for hint in hints for line in bare_installs(hint)] == []


def _found(names: list[str], root: Path) -> list[str]:
    found = []
    for name in names:
        try:
            text = (root / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        found += [f"{name}: {line}" for line in bare_installs(text, name)]
    return found
