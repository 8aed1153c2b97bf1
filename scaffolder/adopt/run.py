"""What `scaffold adopt` does: look, propose, render what is missing, commit it to a branch, check the result."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from scaffolder import checks
from scaffolder.adopt import branch, layout, notes, ports, propose, scripts
from scaffolder.adopt.layout import FileAction, Layout
from scaffolder.adopt.propose import Proposal
from scaffolder.errors import ExitCode, ProjectError
from scaffolder.model import Report, Result
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes.runtime import BuildTool
from scaffolder.template import answers, keep_list, render
from scaffolder.tools.toolchain import SystemToolchain, Toolchain


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What an adoption does, or did where there is a `commit`; `notes` are what a person should look at."""

    root: Path
    proposal: Proposal
    layout: Layout
    scripts: tuple[str, ...]
    notes: tuple[str, ...]
    current: str
    commit: str = ""
    report: Report | None = None

    @property
    def exit_code(self) -> ExitCode:
        return self.report.exit_code if self.report else ExitCode.CLEAN


def adopt(
    root: Path,
    given: Mapping[str, object],
    *,
    dry_run: bool = False,
    no_check: bool = False,
    agreed: Callable[[Proposal], bool] = lambda proposal: True,
    on_result: Callable[[Result], None] = lambda result: None,
) -> Adoption | None:
    """Commit to the branch `scaffold/adopt` what the repository at `root` lacks; None where nobody `agreed`.

    No file of the repository is written, and neither its index nor its current branch. A check that
    fails withholds nothing: what it finds was there before, or is what the two sides have to agree
    on.

    Raises:
        ScaffolderError: and nothing was done.

    """
    with SystemToolchain() as toolchain:
        _refuse_generated(root)
        repository = branch.opened(root, toolchain)
        project = Project(root, only=_written_here(repository.tracked))
        whole = (
            Project(repository.top, only=_written_here(repository.all_tracked))
            if repository.prefix
            else None
        )
        proposal = propose.of(project, whole, repository.remote, given)
        tool = scripts.tool(project, repository.top, str(proposal.answers["runtime"]))
        if tool:
            proposal = replace(proposal, there=(scripts.found(tool), *proposal.there))
        if not agreed(proposal):
            return None
        with tempfile.TemporaryDirectory(prefix="scaffolder-") as temporary:
            folder = Path(temporary) / "rendered" / root.resolve().name
            folder.parent.mkdir()
            files = render.write(render.current(), proposal.answers, folder)
            _fit(folder, proposal)
            laid = layout.of(folder, files, root, repository.tracked, _owned(project, proposal))
            added = {
                one.target: folder / one.path
                for one in laid.files
                if one.fate in {FileAction.NEW, FileAction.BESIDE}
            }
            extra = _own(folder, laid, tool, repository)
            adoption = Adoption(
                root=root,
                proposal=proposal,
                layout=laid,
                scripts=tuple(name for name in extra if name in scripts.FILES),
                notes=tuple(notes.of(proposal, laid, repository.prefix, tool, extra)),
                current=repository.current,
            )
            if dry_run:
                return adoption
            tree = branch.tree(repository, {**added, **extra})
            report = (
                None
                if no_check
                else _checked(repository, tree, Path(temporary), toolchain, on_result)
            )
            message = f"Adopted by scaffolder {render.current().commit.removeprefix('v')}"
            return replace(adoption, commit=branch.commit(repository, tree, message), report=report)


def _refuse_generated(root: Path) -> None:
    for file, how in (
        (keep_list.FILE, "it was adopted"),
        (Path(answers.FILE), "a template made it"),
    ):
        if (root / file).exists():
            raise ProjectError(
                f"{root} has a {file}: {how} already", hint="scaffold status; scaffold update"
            )


def _written_here(tracked: frozenset[str]) -> frozenset[str]:
    """The files that say something of this repository: not a submodule's, and not what Go copies into `vendor/`."""
    copied = tuple(
        file.removesuffix("modules.txt") for file in tracked if file.endswith("vendor/modules.txt")
    )
    return frozenset(file for file in tracked if not file.startswith(copied)) if copied else tracked


def _owned(project: Project, proposal: Proposal) -> tuple[str, ...]:
    """Folders of the template that the repository has in a form of its own."""
    service = str(proposal.answers["service_name"])
    folders = {file.parts[0] for file in project.files}
    owned = [f"{name}/" for name in ("monitoring", "platform", ".devcontainer") if name in folders]
    owned += ["terraform/"] if proposal.thing("terraform") else []
    if proposal.thing("chart"):
        # The tests of the alerts read the rules that are in the template's chart.
        owned += [
            f"helm/{service}/",
            *(["monitoring/tests/"] if "monitoring/" not in owned else []),
        ]
    return tuple(owned)


def _fit(folder: Path, proposal: Proposal) -> None:
    """Tell the rendered files what was found of the port and the chart, where they have a setting for it."""
    service = str(proposal.answers["service_name"])
    port, chart = proposal.thing("port"), proposal.thing("chart")
    if port:
        if int(port.value) >= ports.LOWEST:
            _say(
                folder / f"helm/{service}/values.yaml",
                f"\nport: {ports.DEFAULT}\n",
                f"\nport: {port.value}\n",
            )
        # On this machine it stays at 8080, as the documents say: Prometheus and Grafana are at 9090
        # and 3000 there.
        _say(
            folder / "compose.yaml",
            f":{ports.DEFAULT}:{ports.DEFAULT}",
            f":{ports.DEFAULT}:{port.value}",
        )
        _say(folder / "compose.yaml", f'"service:{ports.DEFAULT}"', f'"service:{port.value}"')
        _say(folder / ".devcontainer/devcontainer.json", f"[{ports.DEFAULT}]", f"[{port.value}]")
    if chart:
        _say(folder / "ci/settings.sh", f'CHART="helm/{service}"', f'CHART="{chart.value}"')
        for ledger in (".scaffold/waivers.yml", ".trivyignore.yaml"):
            _waive_nothing_of_the_chart(folder / ledger)


def _waive_nothing_of_the_chart(file: Path) -> None:
    def kept(entry: re.Match[str]) -> str:
        return "" if re.search(r"paths:\s*[\[-]\s*\"helm/", entry[0]) else entry[0]

    text = file.read_text(encoding="utf-8")
    entries = re.sub(r"^  - id: .*\n(?:(?!  - id: ).*\n)*", kept, text, flags=re.MULTILINE)
    file.write_text(entries.rstrip("\n") + "\n", encoding="utf-8")


def _say(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(before, after), encoding="utf-8")


def _own(
    folder: Path, laid: Layout, tool: BuildTool | None, repository: branch.Repository
) -> dict[str, Path]:
    """The files that are of this repository alone: how it is built, and what it keeps for itself.

    Raises:
        ProjectError: something stands where the list of what is kept has to be.

    """
    beside = folder.parent / "own"
    texts = {
        keep_list.FILE.as_posix(): keep_list.text(laid.kept),
        **(scripts.of(tool) if tool else {}),
    }
    made = {}
    for name, text in texts.items():
        if layout.free(name, repository.root, repository.tracked):
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755 if name.endswith(".sh") else 0o644)
            made[name] = path
    if keep_list.FILE.as_posix() not in made:
        raise ProjectError(
            f"{repository.root} has something in the place of {keep_list.FILE}, which says what stays yours",
            hint=f"git mv {keep_list.FILE.parent} to another name, and commit",
        )
    return made


def _checked(
    repository: branch.Repository,
    tree: str,
    temporary: Path,
    toolchain: Toolchain,
    on_result: Callable[[Result], None],
) -> Report:
    folder = temporary / "result" / repository.root.resolve().name
    branch.written(repository, tree, folder)
    return checks.run(Project(folder), checks.every(), toolchain, on_result=on_result)
