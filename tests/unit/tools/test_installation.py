"""The commands that upgrade, complete and repair scaffolder, derived from how it was installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scaffolder.tools import installation
from scaffolder.tools.installation import INDEX, Installation

GIT = {
    "url": "https://git.example.com/platform/scaffolder",
    "vcs_info": {"vcs": "git", "commit_id": "1f" * 20},
}
WHEEL = {
    "url": "https://h.example/v0.6.0/devops_scaffolder-0.6.0-py3-none-any.whl",
    "archive_info": {},
}


def installed(
    folder: Path, record: Any, installer: str = "pip", *, tools: bool = False
) -> Installation:
    """Return the result for a distribution that an installer wrote into `folder`."""
    information = folder / "devops_scaffolder-0.6.0.dist-info"
    information.mkdir(parents=True)
    (information / "INSTALLER").write_text(f"{installer}\n")
    if record is not None:
        (information / "direct_url.json").write_text(
            record if isinstance(record, str) else json.dumps(record)
        )
    return installation.installed(folder, folder, tools=tools)


def test_from_a_tag_in_git_the_commands_name_the_same_address(tmp_path: Path) -> None:
    vcs = {**GIT["vcs_info"], "requested_revision": "v0.6.0"}  # type: ignore[dict-item]
    made = installed(tmp_path, {**GIT, "vcs_info": vcs})
    address = "git+https://git.example.com/platform/scaffolder"
    assert made.upgrade("0.7.0") == f'pip install --upgrade "devops-scaffolder @ {address}@v0.7.0"'
    assert (
        made.reinstall()
        == f'pip install --force-reinstall --no-deps "devops-scaffolder @ {address}@v0.6.0"'
    )
    assert made.with_tools() == f'pip install "devops-scaffolder[tools] @ {address}@v0.6.0"'


def test_without_a_tag_the_commit_is_installed_again_also_from_a_subfolder(tmp_path: Path) -> None:
    made = installed(tmp_path, {**GIT, "subdirectory": "tools/scaffolder"}, tools=True)
    expected = f"{GIT['url']}@{'1f' * 20}#subdirectory=tools/scaffolder"
    assert made.reinstall().endswith(f'"devops-scaffolder[tools] @ git+{expected}"')


def test_from_a_wheel_the_upgrade_is_the_wheel_of_the_new_release(tmp_path: Path) -> None:
    made = installed(tmp_path, WHEEL, tools=True)
    newer = "https://h.example/v0.7.0/devops_scaffolder-0.7.0-py3-none-any.whl"
    assert made.upgrade("0.7.0") == f'pip install --upgrade "devops-scaffolder[tools] @ {newer}"'
    assert made.with_tools() == f'pip install "devops-scaffolder[tools] @ {WHEEL["url"]}"'


def test_an_address_without_the_version_is_not_guessed(tmp_path: Path) -> None:
    made = installed(tmp_path, {"url": "https://h.example/latest.whl", "archive_info": {}})
    assert (
        made.upgrade("0.7.0")
        == 'pip install --upgrade "devops-scaffolder @ ADDRESS-OF-THE-WHEEL-OF-0.7.0"'
    )


@pytest.mark.parametrize("editable", [True, False])
def test_from_a_folder_the_release_is_checked_out_there(tmp_path: Path, editable: bool) -> None:
    made = installed(
        tmp_path, {"url": "file:///home/me/our%20tools", "dir_info": {"editable": editable}}
    )
    checkout = (
        'git -C "/home/me/our tools" fetch --tags && git -C "/home/me/our tools" checkout v0.7.0'
    )
    assert made.upgrade("0.7.0") == f'{checkout} && pip install "/home/me/our tools"'
    assert made.with_tools() == 'pip install "/home/me/our tools[tools]"'


def test_a_checkout_that_is_used_in_place_stays_one(tmp_path: Path) -> None:
    made = installation.installed(tmp_path, tmp_path)
    assert made.with_tools() == f'pip install --editable "{tmp_path}[tools]"'
    assert made.reinstall() == f"pip install --force-reinstall --no-deps --editable {tmp_path}"


@pytest.mark.parametrize(
    "record", [None, "", "[]", "{", "{}", '{"url": "https://h.example", "vcs_info": {"vcs": "hg"}}']
)
def test_from_an_index_the_command_names_an_index_and_never_the_name_alone(
    tmp_path: Path, record: str | None
) -> None:
    made = installed(tmp_path, record)
    for command in (made.upgrade("0.7.0"), made.reinstall(), made.with_tools()):
        assert f"--index-url {INDEX}" in command
    assert (
        made.upgrade("0.7.0")
        == f"pip install --upgrade --index-url {INDEX} devops-scaffolder==0.7.0"
    )


@pytest.mark.parametrize(
    ("file", "installer", "command"),
    [
        ("", "pip", "pip install --upgrade"),
        ("", "uv", "uv pip install --upgrade"),
        ("pipx_metadata.json", "pip", "pipx install --force"),
        ("uv-receipt.toml", "uv", "uv tool install --force"),
    ],
)
def test_the_program_that_installed_it_upgrades_it(
    tmp_path: Path, file: str, installer: str, command: str
) -> None:
    if file:
        (tmp_path / file).touch()
    assert (
        installed(tmp_path, GIT, installer)
        .upgrade("0.7.0")
        .startswith(f'{command} "devops-scaffolder @ ')
    )


@pytest.mark.parametrize(
    ("recorded", "shown"),
    [
        ("https://me:s3cret@h.example/x", "https://h.example/x"),
        ("https://t0ken@h.example/x", "https://h.example/x"),
        ("ssh://git@h.example/x", "ssh://git@h.example/x"),
        ("ssh://git:s3cret@h.example/x", "ssh://h.example/x"),
    ],
)
def test_no_command_shows_a_password(tmp_path: Path, recorded: str, shown: str) -> None:
    assert f"git+{shown}@" in installed(tmp_path, {**GIT, "url": recorded}).reinstall()


def test_what_a_shell_would_read_is_quoted(tmp_path: Path) -> None:
    made = installed(tmp_path, {"url": "file:///a/$(touch%20x)", "dir_info": {}})
    assert made.with_tools() == "pip install '/a/$(touch x)[tools]'"


def former(folder: Path, scripts: str) -> Path:
    record = folder / "scaffolder-0.5.0.dist-info"
    record.mkdir(parents=True)
    (record / "entry_points.txt").write_text(scripts)
    return folder


@pytest.mark.parametrize(
    ("scripts", "ours"),
    [("[console_scripts]\nscaffold = scaffolder.cli:main\n", True), ("", False)],
    ids=["ours", "not"],
)
def test_a_distribution_of_the_former_name_is_found_with_the_command_that_removes_it(
    tmp_path: Path, scripts: str, ours: bool
) -> None:
    made = installed(tmp_path / "ours", GIT)
    found = installation.leftover(
        [str(tmp_path / "nowhere"), str(former(tmp_path / "site", scripts))], made
    )
    assert found is not None
    assert (found.version, found.ours) == ("0.5.0", ours)
    assert found.remove == f"pip uninstall --yes scaffolder && {made.reinstall()}"


def test_this_distribution_alone_is_no_leftover(tmp_path: Path) -> None:
    made = installed(tmp_path, GIT)
    (tmp_path / "scaffolder").mkdir()
    (tmp_path / "scaffolder_plugins-1.0.dist-info").mkdir()
    assert installation.leftover([str(tmp_path)], made) is None


@pytest.mark.parametrize(
    "arguments", [["list", "presets"], ["check", "--select", "SY002"], ["doctor"]]
)
def test_a_command_names_the_leftover_and_goes_on(tmp_path: Path, arguments: list[str]) -> None:
    site = former(tmp_path / "site", "scaffold = scaffolder.cli:main\n")
    (tmp_path / "a.yml").write_text("a: 1\n")
    done = _scaffold(site, *arguments, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    told = done.stdout if arguments == ["doctor"] else done.stderr
    assert "pip uninstall --yes scaffolder && pip install --force-reinstall --no-deps " in told
    assert "owns the same files" in told
    assert (done.stderr == "") is (arguments == ["doctor"])


def test_help_asks_nothing_of_the_installation(tmp_path: Path) -> None:
    site = former(tmp_path / "site", "")
    assert _scaffold(site, "--help", folder=tmp_path).stderr == ""


def test_doctor_says_as_json_what_is_installed_and_what_is_in_its_way(tmp_path: Path) -> None:
    site = former(tmp_path / "site", "")
    document = json.loads(_scaffold(site, "doctor", "--format", "json", folder=tmp_path).stdout)[
        "installation"
    ]
    assert document["distribution"] == "devops-scaffolder"
    assert document["conflict"]["version"] == "0.5.0"
    assert document["conflict"]["ours"] is False


def _scaffold(site: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run scaffold where `site` is on the module path."""
    code = f"import sys; sys.path.append({str(site)!r}); from scaffolder.cli import main; main()"
    argv = [sys.executable, "-c", code, *arguments]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=60)
