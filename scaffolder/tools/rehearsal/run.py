"""A rehearsal: apply every root of a repository, plan again, destroy."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from scaffolder.errors import ToolCrashed, ToolError
from scaffolder.tools import process
from scaffolder.tools.offline import catalog
from scaffolder.tools.offline.catalog import Part
from scaffolder.tools.offline.mirrors import LOCK, locked_versions
from scaffolder.tools.offline.requirements import choose, required_providers
from scaffolder.tools.rehearsal import limits, protection, replacement, states
from scaffolder.tools.rehearsal.cloud import Cloud
from scaffolder.tools.rehearsal.outcome import Rehearsed, StageName, Target
from scaffolder.tools.rehearsal.provider import CloudProvider
from scaffolder.tools.rehearsal.stages import Commands, Stage
from scaffolder.tools.terraform.folders import LOCAL_TIMEOUT, Root, copied
from scaffolder.tools.terraform.limits import dialect
from scaffolder.tools.terraform.output import first_error
from scaffolder.tools.toolchain import Toolchain

WORKERS = 4
"""More than the cores of a small machine: dev, qa and prod take equally long, and end together."""
_OVERRIDE = "rehearsal_override.tf"
_STAND_INS = "rehearsal.tfvars"

Progress = Callable[[str, str], None]
"""Told of each target and the stage that begins."""


def rehearse(
    tools: Toolchain,
    directory: Path,
    targets: Sequence[Target],
    *,
    within: Path | None = None,
    cloud: Cloud | None = None,
    keep: bool = False,
    on_stage: Progress = lambda target, stage: None,
) -> tuple[Rehearsed, ...]:
    """Apply, plan again and destroy each target, on a copy; nothing outside the copy changes.

    All targets exist at the same time: names that no two of them may have collide as they would.
    With `keep` they are not destroyed. What the code causes is a diagnostic, what the rehearsal
    lacks is a limit.

    Raises:
        ToolMissing: Terraform or gRPC is not installed.

    """
    cloud = cloud or Cloud()
    with copied(directory, within=within) as (copy, top), ExitStack() as stack:
        base = stack.enter_context(states.serving(cloud))
        roots = _roots(tools, copy, top, targets, base, on_stage)
        runs = [
            _Run.of(stack, tools, roots[target.root], target, cloud, base, copy / f".run-{number}")
            for number, target in enumerate(targets)
        ]
        _all(runs, "apply", _Run.apply, on_stage)
        _all(runs, "plan", _Run.plan, on_stage)
        if not keep:
            _all(runs[::-1], "destroy", _Run.destroy, on_stage)
        for run in runs:
            run.note_made_up()
        return tuple(run.outcome for run in runs)


def _roots(
    tools: Toolchain,
    copy: Path,
    top: Path,
    targets: Sequence[Target],
    base: str,
    on_stage: Progress,
) -> dict[Path, _Root | str]:
    """Initialise each root once, however many environments it has."""

    def one(path: Path) -> _Root | str:
        on_stage(path.as_posix(), "init")
        return _prepared(tools, Root(copy, path, top), base)

    paths = list(dict.fromkeys(target.root for target in targets))
    with _pool() as pool:
        return dict(zip(paths, pool.map(one, paths), strict=True))


def _all(
    runs: Sequence[_Run], stage: StageName, work: Callable[[_Run], None], on_stage: Progress
) -> None:
    """Take one stage with all targets, several at a time."""

    def one(run: _Run) -> None:
        if run.goes_on(stage):
            on_stage(run.target.name, stage)
            run.guarded(stage, work)

    with _pool() as pool:
        list(pool.map(one, runs))


@contextmanager
def _pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="rehearse") as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            process.end_all()  # the threads wait for Terraform, and the copy goes with them
            pool.shutdown(wait=True, cancel_futures=True)
            raise


@dataclass(frozen=True, kw_only=True)
class _Root:
    """A root that Terraform is ready to run in: its providers' schemas, and what it protects."""

    root: Root
    parts: dict[str, Part]
    protected: frozenset[str]
    configured: frozenset[str]
    several: bool
    """Whether a provider has more than one configuration."""


def _prepared(tools: Toolchain, root: Root, base: str) -> _Root | str:
    """Initialise a root with a state in the cloud, or return why it cannot be rehearsed."""
    if root.remote_modules:
        return f"modules from elsewhere: {', '.join(root.remote_modules)}"
    modules = root.local_modules()
    files = [file for module in modules.values() for file in module.files]
    text = "\n".join(module.text for module in modules.values())
    chosen, unknown = choose(required_providers(files), {}, locked_versions(root.folder))
    words = frozenset(re.findall(r"\w+", text))
    parts = {schema.address: catalog.load(schema, words) for schema in chosen}
    if reason := limits.refusal(files, parts, unknown):
        return reason
    (root.folder / LOCK).unlink(missing_ok=True)
    (root.folder / _OVERRIDE).write_text(states.BACKEND, encoding="utf-8")
    try:
        with _served(parts, {}) as env:
            done = root.run(
                tools,
                "init",
                "-input=false",
                "-no-color",
                env={**env, states.ADDRESS: states.address(base, f"init {root.path.as_posix()}")},
                timeout=LOCAL_TIMEOUT,
            )
    except ToolCrashed as error:
        return error.message
    if done.exit_code:
        return dialect(root) or f"terraform init failed: {first_error(done.stderr)}"
    return _Root(
        root=root,
        parts=parts,
        protected=protection.protected(modules),
        configured=limits.configured(files),
        several=any("alias" in one.attributes for file in files for one in file.each("provider")),
    )


@contextmanager
def _served(
    parts: Mapping[str, Part], providers: Mapping[str, CloudProvider], *, several: bool = False
) -> Iterator[dict[str, str]]:
    from scaffolder.tools.offline.server import serving  # gRPC: 0.1 s, and needed only here

    def answers(address: str, part: Part) -> Mapping[str, Callable[[bytes, str], bytes]]:
        return providers[address].answers if address in providers else {}

    with serving(parts, answers, own_connections=several) as env:
        yield {**env, **_OFFLINE}


_OFFLINE = {
    "TF_CLI_CONFIG_FILE": os.devnull,
    "TF_PLUGIN_CACHE_DIR": "",
    "GOGC": "400",  # Terraform takes a seventh of the time less, and more memory
}


@dataclass(kw_only=True)
class _Run:
    """One target on its way through the stages."""

    target: Target
    cloud: Cloud
    outcome: Rehearsed
    ready: _Root | None = None
    commands: Commands | None = None
    providers: dict[str, CloudProvider] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        stack: ExitStack,
        tools: Toolchain,
        root: _Root | str,
        target: Target,
        cloud: Cloud,
        base: str,
        scratch: Path,
    ) -> _Run:
        """Start the providers of a target, and write its values beside the root."""
        if isinstance(root, str):
            return cls(target=target, cloud=cloud, outcome=Rehearsed(target=target, limit=root))
        providers = {
            address: CloudProvider(part, cloud, target.name, root=target.root.as_posix())
            for address, part in root.parts.items()
        }
        env = stack.enter_context(_served(root.parts, providers, several=root.several))
        values = scratch.with_suffix(f".{_STAND_INS}")
        lines = (f"{name} = {text}\n" for name, text in sorted(target.stand_ins.items()))
        values.write_text("".join(lines), encoding="utf-8")
        files = [str(scratch.parent / file) for file in target.var_files]
        commands = Commands(
            tools=tools,
            root=root.root,
            plan_file=scratch.with_suffix(".tfplan"),
            arguments=tuple(f"-var-file={file}" for file in (*files, str(values))),
            env={**env, states.ADDRESS: states.address(base, target.name)},
        )
        return cls(
            target=target,
            cloud=cloud,
            outcome=Rehearsed(target=target),
            ready=root,
            commands=commands,
            providers=providers,
        )

    def goes_on(self, stage: StageName) -> bool:
        """Return whether a stage makes sense after what came of the others."""
        if self.commands is None or self.outcome.limit:
            return False
        return stage == "apply" or not self.outcome.failed

    def guarded(self, stage: StageName, work: Callable[[_Run], None]) -> None:
        try:
            work(self)
        except ToolError as error:
            self.outcome = replace(self.outcome, limit=error.message, failed=stage)

    def apply(self) -> None:
        """Make all objects; first show what differs from an earlier rehearsal."""
        commands = self._commands()
        if states.resources(self.cloud, self.target.name):
            before = commands.plan()
            self._judge(before, "plan")
            self.outcome = replace(self.outcome, before=before.changes)
            if self.outcome.failed or not before.changes:
                self._count()
                return
        self._judge(commands.apply(), "apply")
        self._count()

    def plan(self) -> None:
        """Plan again: nothing may be left to change."""
        commands = self._commands()
        stage = commands.plan()
        self._judge(stage, "plan")
        if stage.changes and not stage.failed:
            changes = commands.changed_attributes(stage.changes)
            self.outcome = replace(self.outcome, changes=changes)

    def destroy(self) -> None:
        """Delete all objects but those that are protected, and see what stays."""
        commands, ready = self._commands(), self._ready()
        state = self.cloud.states.get(self.target.name)
        spared = protection.identifiers(state, ready.protected)
        kept = protection.taken_out(state, ready.protected)
        self._judge(commands.destroy(), "destroy")
        left = [
            one for one in self.cloud.owned_by(self.target.name) if (one.type, one.id) not in spared
        ]
        by_argument = protection.by_argument(tuple(left))
        named = {one.address for one in by_argument}
        stayed = [f"{one.type} {one.id}" for one in left]
        self.outcome = replace(
            self.outcome,
            kept=(*kept, *by_argument),
            stayed=tuple(name for name in stayed if name not in named),
        )

    def note_made_up(self) -> None:
        """Write down which answers were made up."""
        self.outcome = replace(self.outcome, made_up=tuple(sorted(self._made_up())))

    def _made_up(self) -> set[str]:
        return set().union(*(provider.made_up for provider in self.providers.values()))

    def _count(self) -> None:
        made = self.cloud.owned_by(self.target.name)
        unknown = sorted({one.type for one in made if not replacement.is_known(one.type)})
        self.outcome = replace(self.outcome, objects=len(made), unknown_replacement=tuple(unknown))

    def _judge(self, stage: Stage, name: StageName) -> None:
        ready = self._ready()
        judged = limits.judged(
            stage.seen,
            ready.root,
            ready.parts,
            configured=ready.configured,
            made_up=self._made_up(),
            stand_ins=self.target.stand_ins.keys(),
        )
        errors = any(one.severity == "error" for one in judged.diagnostics)
        if errors and (foreign := dialect(ready.root)):
            self.outcome = replace(self.outcome, failed=name, limit=foreign)
            return
        known = dict.fromkeys((*self.outcome.diagnostics, *judged.diagnostics))
        self.outcome = replace(
            self.outcome,
            diagnostics=tuple(known),
            failed=name if stage.failed else self.outcome.failed,
            limit="" if errors or not stage.failed else judged.limit,
        )

    def _commands(self) -> Commands:
        assert self.commands is not None  # noqa: S101, `goes_on` has looked
        return self.commands

    def _ready(self) -> _Root:
        assert self.ready is not None  # noqa: S101, `goes_on` has looked
        return self.ready
