"""Run `scaffold adopt`: detect, propose, render missing files, commit to a branch, check."""

from __future__ import annotations

import enum
import shlex
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from scaffolder import checks
from scaffolder.adopt import (
    branch,
    contradictions,
    layout,
    notes,
    only_checks,
    ports,
    propose,
    scripts,
    single,
)
from scaffolder.adopt.layout import FileAction, Layout
from scaffolder.adopt.propose import Proposal
from scaffolder.checks import duplicates
from scaffolder.errors import ExitCode, ProjectError
from scaffolder.model import Report, Result
from scaffolder.repository import settings
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import of_each
from scaffolder.repository.runtimes.runtime import BuildTool
from scaffolder.template import answers, keep_list, render
from scaffolder.tools.toolchain import SystemToolchain, Toolchain


class Scope(enum.StrEnum):
    """The scope of an adoption: the checks alone, or the whole template."""

    CHECKS = keep_list.CHECKS
    EVERYTHING = "everything"


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """The changes of an adoption, done if it has a `commit`; `notes` are steps for a person."""

    root: Path
    scope: Scope
    proposal: Proposal
    layout: Layout
    scripts: tuple[str, ...]
    notes: tuple[str, ...]
    current: str
    commit: str = ""
    report: Report | None = None

    @property
    def exit_code(self) -> ExitCode:
        """Return the report's exit code, CLEAN without one."""
        return self.report.exit_code if self.report else ExitCode.CLEAN


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """The repository that is adopted, and what is found in it."""

    root: Path
    repository: branch.Repository
    project: Project
    scope: Scope
    proposal: Proposal


def adopt(
    root: Path,
    given: Mapping[str, object],
    *,
    usual: Mapping[str, object] | None = None,
    scope: Scope | None = None,
    dry_run: bool = False,
    no_check: bool = False,
    agreed: Callable[[Proposal], bool] = lambda proposal: True,
    on_result: Callable[[Result], None] = lambda result: None,
) -> Adoption | None:
    """Commit the missing files to the branch `scaffold/adopt`; None if the user did not agree.

    Without a `scope`, the checks alone are proposed to a repository that has a pipeline of its own.
    `given` answers win; `usual` ones are for what the repository leaves open. No file of the
    repository is written, and neither its index nor its current branch. A check that fails
    withholds nothing: its findings were there before, or are points that the two sides have to
    agree on.

    Raises:
        ScaffolderError: and nothing was done.

    """
    with SystemToolchain() as toolchain:
        opened = _opened(root, given, usual or {}, scope, toolchain)
        if not agreed(opened.proposal):
            return None
        with tempfile.TemporaryDirectory(prefix="scaffolder-") as temporary:
            look = None if dry_run or no_check else _Look(toolchain, on_result, Path(temporary))
            made = _checks if opened.scope is Scope.CHECKS else _everything
            return made(opened, Path(temporary), look, dry_run=dry_run)


@dataclass(frozen=True)
class _Look:
    """The settings for checking the result: the programs, the listener, and the folder."""

    toolchain: Toolchain
    on_result: Callable[[Result], None]
    temporary: Path

    def at(
        self, repository: branch.Repository, tree: str, named: Collection[str] = ()
    ) -> tuple[Project, Report]:
        """Check what the branch will hold, by all checks or by those that are `named`."""
        folder = self.temporary / "result" / tree / repository.root.resolve().name
        if not folder.exists():  # the same tree, by other checks
            branch.written(repository, tree, folder)
        every = checks.every()
        said = settings.load(folder, [check.id for check in every])
        project = Project(folder, exclude=said.exclude, environments=said.environments)
        chosen = [check for check in every if not named or check.id in named]
        report = checks.run(project, chosen, self.toolchain, on_result=self.on_result)
        return project, duplicates.folded(report)


def _opened(
    root: Path,
    given: Mapping[str, object],
    usual: Mapping[str, object],
    wanted: Scope | None,
    toolchain: Toolchain,
) -> _Opened:
    _refuse_generated(root)
    repository = branch.opened(root, toolchain)
    project = Project(root, only=_written_here(repository.tracked))
    whole = (
        Project(repository.top, only=_written_here(repository.all_tracked))
        if repository.prefix
        else None
    )
    scope = wanted or _proposed(project, whole, given)
    if scope is Scope.EVERYTHING:
        proposal = propose.of(project, whole, repository.remote, given, usual)
        tool = scripts.tool(project, repository.top, str(proposal.answers["runtime"]))
        if tool:
            proposal = replace(proposal, there=(scripts.found(tool), *proposal.there))
    else:
        if wanted is None:
            propose.refuse(project, given)
        proposal = propose.for_checks(project, whole, repository.remote, given)
    return _Opened(
        root=root, repository=repository, project=project, scope=scope, proposal=proposal
    )


def _proposed(project: Project, whole: Project | None, given: Mapping[str, object]) -> Scope:
    """Return what fits: an answer to a question of the whole template asks for it."""
    is_open = set(given) <= set(propose.FOR_CHECKS)
    checks_only = is_open and (
        propose.has_pipelines(project, whole) or single.has_several_programs(project)
    )
    return Scope.CHECKS if checks_only else Scope.EVERYTHING


def _checks(opened: _Opened, temporary: Path, look: _Look | None, *, dry_run: bool) -> Adoption:
    repository, folder = opened.repository, temporary / "job"
    made = only_checks.of(opened.proposal, repository, folder)
    report = None
    if look:
        project, report = look.at(repository, branch.tree(repository, made.files))
        made, report = only_checks.with_baseline(made, project, report, folder)
    adoption = Adoption(
        root=opened.root,
        scope=opened.scope,
        proposal=opened.proposal,
        layout=made.layout,
        scripts=(),
        notes=made.notes,
        current=repository.current,
        report=report,
    )
    if dry_run:
        return adoption
    message = f"Adopted the checks of scaffolder {render.current().commit.removeprefix('v')}"
    commit = branch.commit(repository, branch.tree(repository, made.files), message)
    return replace(adoption, commit=commit)


def _everything(opened: _Opened, temporary: Path, look: _Look | None, *, dry_run: bool) -> Adoption:
    repository, proposal = opened.repository, opened.proposal
    tool = scripts.tool(opened.project, repository.top, str(proposal.answers["runtime"]))
    folder = temporary / "rendered" / opened.root.resolve().name
    folder.parent.mkdir()
    files = render.write(render.current(), proposal.answers, folder)
    _fit(folder, proposal)
    template = Project(folder)
    beside = {one.file: one.reason for one in contradictions.of(opened.project, proposal, template)}
    report = None
    named: frozenset[str] = frozenset()  # the checks of the last turn, all of them if empty
    for _ in range(_TURNS):
        laid = _laid(opened, folder, files, beside)
        _waive(folder, template, laid)
        shutil.rmtree(temporary / "own", ignore_errors=True)
        extra = _own(folder, laid, tool, repository)
        if look is None:
            break
        tree = branch.tree(repository, {**_added(folder, laid), **extra})
        report = look.at(repository, tree, named)[1]
        new = contradictions.told(report, {one.path for one in laid.of(FileAction.NEW)})
        if not new and not named:
            break
        beside |= {name: told.reason for name, told in new.items()}
        named = frozenset(told.check for told in new.values())
    adoption = Adoption(
        root=opened.root,
        scope=opened.scope,
        proposal=proposal,
        layout=laid,
        scripts=tuple(name for name in extra if name in scripts.FILES),
        notes=tuple(notes.of(proposal, laid, repository.prefix, tool, extra)),
        current=repository.current,
        report=report,
    )
    if dry_run:
        return adoption
    tree = branch.tree(repository, {**_added(folder, laid), **extra})
    message = f"Adopted by scaffolder {render.current().commit.removeprefix('v')}"
    return replace(adoption, commit=branch.commit(repository, tree, message))


_TURNS = 15
"""How often the result is checked: a page that goes beside may leave links to it in others."""


def _laid(
    opened: _Opened, folder: Path, files: Collection[Path], beside: Mapping[str, str]
) -> Layout:
    owned = _owned(opened.project, opened.proposal)
    if any(Path(name).name in _VERSIONS for name in beside) and ".devcontainer/" not in owned:
        owned = (*owned, ".devcontainer/")  # it has the template's version as well
    return layout.of(folder, files, opened.root, opened.repository.tracked, owned, beside)


_VERSIONS = frozenset(of_each(lambda runtime: runtime.VERSION_FILES))


def _added(folder: Path, laid: Layout) -> dict[str, Path]:
    return {
        one.target: folder / one.path
        for one in laid.files
        if one.fate in {FileAction.NEW, FileAction.BESIDE}
    }


def _refuse_generated(root: Path) -> None:
    if only := keep_list.checks_only(root):
        files = shlex.join([str(keep_list.FILE), *only.files])
        raise ProjectError(
            f"{root} has the checks of scaffolder {only.release.removeprefix('v')} already",
            hint=(
                f"scaffold status; for the whole template: git rm {files}, git commit, "
                "scaffold adopt --everything"
            ),
        )
    for file, how in (
        (keep_list.FILE, "it was adopted"),
        (Path(answers.FILE), "a template made it"),
    ):
        if (root / file).exists():
            raise ProjectError(
                f"{root} has a {file}: {how} already", hint="scaffold status; scaffold update"
            )


def _written_here(tracked: frozenset[str]) -> frozenset[str]:
    """Return the files written for this repository.

    Not a submodule's, and not what Go copies into `vendor/`.
    """
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
    """Set the detected port and chart in the rendered files that have a setting for it."""
    service = str(proposal.answers["service_name"])
    port, chart = proposal.thing("port"), proposal.thing("chart")
    if port:
        if int(port.value) >= ports.LOWEST:
            _say(
                folder / f"helm/{service}/values.yaml",
                f"\nport: {ports.DEFAULT}\n",
                f"\nport: {port.value}\n",
            )
        # On this machine it stays at 8080, as in the documents: Prometheus and Grafana are at 9090
        # and 3000 there.
        _say(
            folder / "compose.yaml",
            f":{ports.DEFAULT}:{ports.DEFAULT}",
            f":{ports.DEFAULT}:{port.value}",
        )
        _say(folder / "compose.yaml", f'"service:{ports.DEFAULT}"', f'"service:{port.value}"')
        _say(folder / ".devcontainer/devcontainer.json", f"[{ports.DEFAULT}]", f"[{port.value}]")
    if contradictions.is_made_up(proposal, "team"):
        _own_nothing(folder / "CODEOWNERS")
    if chart:
        _say(folder / "ci/settings.sh", f'CHART="helm/{service}"', f'CHART="{chart.value}"')


def _own_nothing(file: Path) -> None:
    """Turn the lines that name a team into comments: no file proves that this team exists."""
    lines = file.read_text(encoding="utf-8").splitlines()
    owned = [f"# {line}" if line and not line.startswith("#") else line for line in lines]
    text = "\n".join(["# No team is known yet: write its name, and take the # away.", *owned])
    file.write_text(text + "\n", encoding="utf-8")


def _waive(folder: Path, template: Project, laid: Layout) -> None:
    """Take the waivers for files that are not written out of the ledgers."""
    written = frozenset(
        one.path for one in laid.files if one.fate in {FileAction.NEW, FileAction.SAME}
    )
    for file, text in contradictions.waived(template, written):
        (folder / file).write_text(text, encoding="utf-8")


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
            f"{repository.root} has something in the place of {keep_list.FILE}, which lists the"
            " files that stay yours",
            hint=f"git mv {keep_list.FILE.parent} to another name, and commit",
        )
    return made
