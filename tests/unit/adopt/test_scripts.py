"""How a service is built, tested and started; the tools of each runtime are in tests/unit/repository/runtimes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.adopt import scripts

GO = "package main\n\nfunc main() {}\n"
TWO = {"go.mod": "module x\n", "cmd/cli/main.go": GO, "cmd/server/main.go": GO}


@pytest.mark.parametrize(
    ("files", "package"),
    [
        ({"Dockerfile": "FROM x\nRUN go build -o /a ./cmd/server\n"}, "./cmd/server"),
        (
            {"cmd/server/main.go": f'{GO}var _ = http.ListenAndServe(":8888", nil)\n'},
            "./cmd/server",
        ),
    ],
)
def test_the_images_and_the_port_of_a_repository_tell_what_is_built(
    tmp_path: Path, files: dict[str, str], package: str
) -> None:
    tool = scripts.tool(written(tmp_path, {**TWO, **files}), tmp_path, "go")
    assert tool is not None
    assert (tool.build, tool.run) == (
        f"go build -o build/app/service {package}\n",
        f"exec go run {package}\n",
    )


def test_of_several_programs_none_is_made_up(tmp_path: Path) -> None:
    files = {**TWO, "cmd/server/main.go": f'{GO}// http.ListenAndServe(":8888", nil)\n'}
    tool = scripts.tool(written(tmp_path, files), tmp_path, "go")
    assert tool is not None
    assert (tool.build, tool.run) == ("go build ./...\n", "")


def test_a_command_that_is_unknown_is_a_script_that_says_so_and_fails(tmp_path: Path) -> None:
    tool = scripts.tool(written(tmp_path, {"package.json": "{}"}), tmp_path, "node")
    assert tool is not None
    assert scripts.of(tool)["app/run.sh"].endswith(
        'echo "app/run.sh: no file shows how the service is started; write it in this file" >&2\nexit 1\n'
    )
