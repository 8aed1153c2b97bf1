"""A rehearsal: apply every root of a repository, plan again, destroy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scaffolder.tools import process
from scaffolder.tools.rehearsal import states
from scaffolder.tools.rehearsal.cloud import Cloud
from scaffolder.tools.rehearsal.outcome import Rehearsed, StageName, Target
from scaffolder.tools.rehearsal.prepared_root import PreparedRoot, prepared
from scaffolder.tools.rehearsal.target_run import TargetRun
from scaffolder.tools.terraform.folders import Root, copied
from scaffolder.tools.toolchain import Toolchain

WORKERS = 4
"""More than the cores of a small machine: dev, qa and prod take equally long, and end together."""

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

    All targets exist at the same time, so that names collide as they would. With `keep` they are
    not destroyed. A fault of the code is a diagnostic, a gap of the rehearsal is a limit.

    Raises:
        ToolMissing: Terraform or gRPC is not installed.

    """
    cloud = cloud or Cloud()
    with copied(directory, within=within) as (copy, top), ExitStack() as stack:
        base = stack.enter_context(states.serving(cloud))
        roots = _roots(tools, copy, top, targets, base, on_stage, existing=cloud.types())
        runs = [
            TargetRun.of(
                stack, tools, roots[target.root], target, cloud, base, copy / f".run-{number}"
            )
            for number, target in enumerate(targets)
        ]
        _all(runs, "apply", TargetRun.apply, on_stage)
        _all(runs, "plan", TargetRun.plan, on_stage)
        if not keep:
            _all(runs[::-1], "destroy", TargetRun.destroy, on_stage)
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
    *,
    existing: frozenset[str],
) -> dict[Path, PreparedRoot | str]:
    """Initialise each root once, however many environments it has."""

    def one(path: Path) -> PreparedRoot | str:
        on_stage(path.as_posix(), "init")
        return prepared(tools, Root(copy, path, top), base, existing=existing)

    paths = list(dict.fromkeys(target.root for target in targets))
    with _pool() as pool:
        return dict(zip(paths, pool.map(one, paths), strict=True))


def _all(
    runs: Sequence[TargetRun],
    stage: StageName,
    work: Callable[[TargetRun], None],
    on_stage: Progress,
) -> None:
    """Take one stage with all targets, several at a time."""

    def one(run: TargetRun) -> None:
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
