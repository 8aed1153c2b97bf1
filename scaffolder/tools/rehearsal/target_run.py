"""One target on its way through the stages of a rehearsal."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from scaffolder.errors import ToolError
from scaffolder.tools.rehearsal import limits, protection, replacement, states
from scaffolder.tools.rehearsal.cloud import Cloud
from scaffolder.tools.rehearsal.outcome import Rehearsed, StageName, Target
from scaffolder.tools.rehearsal.prepared_root import PreparedRoot, served
from scaffolder.tools.rehearsal.provider import CloudProvider
from scaffolder.tools.rehearsal.stages import Commands, Stage
from scaffolder.tools.terraform.limits import dialect
from scaffolder.tools.toolchain import Toolchain

_STAND_INS = "rehearsal.tfvars"


@dataclass(kw_only=True)
class TargetRun:
    """One target on its way through the stages."""

    target: Target
    cloud: Cloud
    outcome: Rehearsed
    ready: PreparedRoot | None = None
    commands: Commands | None = None
    providers: dict[str, CloudProvider] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        stack: ExitStack,
        tools: Toolchain,
        root: PreparedRoot | str,
        target: Target,
        cloud: Cloud,
        base: str,
        scratch: Path,
    ) -> TargetRun:
        """Start the providers of a target, and write its values beside the root."""
        if isinstance(root, str):
            return cls(target=target, cloud=cloud, outcome=Rehearsed(target=target, limit=root))
        providers = {
            address: CloudProvider(part, cloud, target.name, root=target.root.as_posix())
            for address, part in root.parts.items()
        }
        env = stack.enter_context(served(root.parts, providers, several=root.several))
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

    def guarded(self, stage: StageName, work: Callable[[TargetRun], None]) -> None:
        """Take a stage; a tool that gives no verdict is a limit."""
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

    def _ready(self) -> PreparedRoot:
        assert self.ready is not None  # noqa: S101, `goes_on` has looked
        return self.ready
