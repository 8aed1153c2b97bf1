"""Forty hostile templates through every command that reads one: nothing runs, nothing leaks, nothing is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from updating import RECORD, SETTINGS, git, lay

from scaffolder import cli, explain
from scaffolder.errors import ExitCode, ScaffolderError
from scaffolder.repository.project import Project
from scaffolder.template import answers, render
from scaffolder.template.render import Origin

pytestmark = pytest.mark.only_git

SECRET = "hunter2"
"""The secret in a variable, a file outside, and the name of a file in the user's home, which no template may see."""

_RUN = "os.popen('touch @MARKER; cat @SECRET_FILE').read()"


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """A template: what it has beside the plain one. `inert` is one whose text no command ever renders.

    In every text `@MARKER` is a file that the template tries to make, and `@SECRET_FILE` one that it tries to read.
    """

    asked: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    inert: bool = False


def default(expression: str) -> Hostile:
    """One that computes `expression` for a value."""
    return Hostile(asked=f'p: {{type: str, when: false, default: "[[ {expression} ]]"}}\n')


def content(text: str) -> Hostile:
    """One with a file of `text`."""
    return Hostile(files={"templates/b.txt.jinja": text})


SETTING = {
    "_tasks": '_tasks: ["touch @MARKER"]\n',
    "_tasks under a condition": '_tasks: [{command: "touch @MARKER", when: "[[ true ]]"}]\n',
    "_migrations": '_migrations: [{version: v1.0.0, command: "touch @MARKER"}]\n',
    "_jinja_extensions": "_jinja_extensions: [antigravity.Antigravity]\n",
    "_jinja_extensions in the marks": "_envops: {extensions: [antigravity.Antigravity]}\n",
    "a loader in the marks": "_envops: {loader: os}\n",
    "an undefined of its own": "_envops: {undefined: os.system}\n",
    "_external_data outside": '_external_data: {secret: "@SECRET_FILE"}\n',
    "_external_data inside": "_external_data: {secret: ../secret.yml}\n",
    "_subdirectory is the parent": "_subdirectory: ..\n",
    "_subdirectory is absolute": "_subdirectory: /etc\n",
    "_subdirectory is computed": f'_subdirectory: "[[ cycler.__init__.__globals__.{_RUN} ]]"\n',
    "_exclude is computed": f'_exclude: ["[[ cycler.__init__.__globals__.{_RUN} ]]"]\n',
    "_answers_file outside": "_answers_file: ../out.yml\n",
    "_answers_file is absolute": '_answers_file: "@MARKER"\n',
    "_answers_file is computed": f'_answers_file: "[[ cycler.__init__.__globals__.{_RUN} ]]"\n',
    "a tag of Python": '_x: !!python/object/apply:os.system ["touch @MARKER"]\n',
    "a new object of Python": '_x: !!python/object/new:os.system ["touch @MARKER"]\n',
    "an include that is absolute": "---\n!include @SECRET_FILE\n",
    "an include of the parent": "---\n!include ../[a-z]*\n",
    "an include of itself": "---\n!include copier.yml\n",
}

HOSTILE: dict[str, Hostile] = {
    **{name: Hostile(asked=text) for name, text in SETTING.items()},
    "the classes of a tuple": default("().__class__.__mro__[1].__subclasses__()"),
    "the classes of a text, by items": default("''['__class__']['__mro__']"),
    "the globals of cycler": default(f"cycler.__init__.__globals__.{_RUN}"),
    "the globals of joiner": default(f"joiner.__init__.__globals__.{_RUN}"),
    "the globals of namespace": default(f"namespace.__init__.__globals__.{_RUN}"),
    "the globals of lipsum": default(f"lipsum.__globals__.{_RUN}"),
    "lipsum": content("[[ lipsum() ]]"),
    "the globals of range, by attr": default("(range | attr('__class__')) | attr('__base__')"),
    "a name that attr puts together": default("() | attr('__cla' ~ 'ss__')"),
    "the globals of a macro": content("[% macro m() %][% endmacro %][[ m.__init__.__globals__ ]]"),
    "the builtins of self": content(
        "[[ self._TemplateReference__context.environment ]][[ self.__init__.__globals__ ]]"
    ),
    "format": default("'{0.__class__.__mro__}'.format(())"),
    "format_map": default("'{a.__class__}'.format_map({'a': ()})"),
    "a mapped attribute": default("[()] | map(attribute='__class__') | list"),
    "a grouped attribute": default("[()] | groupby('__class__') | list"),
    "a mapped filter": default("['~/.*'] | map('expanduser') | list"),
    "a computed value": Hostile(
        asked=f'q: {{type: str, default: "[[ cycler.__init__.__globals__.{_RUN} ]]"}}\n'
    ),
    "when": Hostile(
        asked=f'q: {{type: str, default: x, when: "[[ cycler.__init__.__globals__.{_RUN} ]]"}}\n'
    ),
    "a validator": Hostile(
        asked=f'q: {{type: str, default: x, validator: "[[ lipsum.__globals__.{_RUN} ]]"}}\n'
    ),
    "choices": Hostile(
        asked=f'q: {{type: str, choices: "[[ lipsum.__globals__.{_RUN} ]]", default: x}}\n'
    ),
    "a choice": Hostile(
        asked=f'q: {{type: str, choices: ["[[ lipsum.__globals__.{_RUN} ]]", x], default: x}}\n'
    ),
    "the validator of a choice": Hostile(
        asked=f'q: {{choices: {{X: {{value: x, validator: "[[ lipsum.__globals__.{_RUN} ]]"}}}}, default: x}}\n'
    ),
    "help": Hostile(
        asked=f'q: {{type: str, default: x, help: "[[ lipsum.__globals__.{_RUN} ]]"}}\n', inert=True
    ),
    "a placeholder": Hostile(
        asked=f'q: {{default: x, placeholder: "[[ lipsum.__globals__.{_RUN} ]]"}}\n', inert=True
    ),
    "a file's content": content(f"[[ cycler.__init__.__globals__.{_RUN} ]]"),
    "a file's name": Hostile(
        files={"templates/[[ cycler.__init__.__globals__.os.getcwd() ]].txt": "x\n"}
    ),
    "a folder's name": Hostile(files={"templates/[[ ().__class__ ]]/b.txt": "x\n"}),
    "many files from one": Hostile(
        files={
            "templates/[% yield x from ().__class__.__subclasses__() %][[ x ]][% endyield %].txt": "x\n"
        }
    ),
    "a name of the parent": Hostile(files={"templates/[[ '..' ]]/[[ '..' ]]/out.txt": "x\n"}),
    "a name in the parent": Hostile(
        files={"templates/[[ p ]].txt": "x\n"}, asked='p: {when: false, default: "../../out"}\n'
    ),
    "an absolute name": Hostile(
        files={"templates/[[ p ]].txt": "x\n"}, asked='p: {when: false, default: "@MARKER"}\n'
    ),
    "a hook of Git": Hostile(
        files={"templates/[[ '.git' ]]/hooks/post-checkout": "#!/bin/sh\ntouch @MARKER\n"}
    ),
    "an include of an absolute name": content("[% include '@SECRET_FILE' %]"),
    "an include of the parent of all": content(
        "[% include '../../../../../../../../etc/passwd' %]"
    ),
    "an include that is computed": content("[% include ().__class__.__name__ %]"),
    "extends": content("[% extends '@SECRET_FILE' %]"),
    "an import": content("[% import '../secret.yml' as s %][[ s ]]"),
    "an included link": Hostile(
        links={"part": "@SECRET_FILE"}, files={"templates/b.txt.jinja": "[% include 'part' %]"}
    ),
    "a link": Hostile(links={"templates/b.txt": "@SECRET_FILE"}),
    "a link to a folder": Hostile(links={"templates/b": "@SECRET_FILE/.."}),
    "a link that stays one": Hostile(
        links={"templates/b.txt": "@SECRET_FILE"}, asked="_preserve_symlinks: true\n"
    ),
    "a link of the parent that stays one": Hostile(
        links={"templates/b.txt": "../../secret.yml"}, asked="_preserve_symlinks: true\n"
    ),
    "a link that writes": Hostile(
        links={"templates/b": "@SECRET_FILE/.."},
        files={"templates/[[ 'b' ]]/out.txt": "x\n"},
        asked="_preserve_symlinks: true\n",
    ),
    "copier.yml is a link": Hostile(links={"copier.yml": "@SECRET_FILE"}),
    "expanduser": content("[[ '~' | expanduser ]]"),
    "expandvars": content("[[ '$SCAFFOLD_TEST_SECRET' | expandvars ]]"),
    "fileglob": content("[[ '@SECRET_FILE*' | fileglob ]]"),
    "realpath": content("[[ '.' | realpath ]]"),
    "relpath": content("[[ '/' | relpath ]]"),
    "strftime": content("[[ '%s' | strftime ]]"),
    "random": content("[[ [1, 2] | random ]]"),
    "ans_random": content("[[ 1000 | ans_random ]]"),
    "shuffle": content("[[ [1, 2] | shuffle ]]"),
    "random_mac": content("[[ '52:54:00' | random_mac ]]"),
    "the time": content("[[ ('2000-01-01 00:00:00' | to_datetime).now() ]]"),
    "today, of YAML": content("[[ ('2000-01-01' | from_yaml).today() ]]"),
    "the folder of the machine": content("[[ _copier_conf.src_path ]]"),
    "the destination": content("[[ _copier_conf.dst_path / 'x' ]]"),
    "the interpreter": content("[[ _copier_python ]]"),
    "the settings of Copier": content("[[ _copier_conf.settings.from_file() ]]"),
    "a module behind a path": content("[[ _copier_conf.answers_file.parser.os.environ ]]"),
    "a range without end": default("range(10 ** 12) | list"),
    "a power without end": default("9 ** (9 ** 9)"),
    "a text without end": default("'x' * 10 ** 12"),
    "a call of itself": content("[% macro m() %][[ m() ]][% endmacro %][[ m() ]]"),
    "a syntax error": default("1 +"),
    "a division by zero": default("1 / 0"),
}


SAMPLE = (
    "_tasks",
    "_jinja_extensions in the marks",
    "_answers_file is absolute",
    "a tag of Python",
    "the globals of cycler",
    "choices",
    "a file's name",
    "an absolute name",
    "an included link",
    "a link that stays one",
    "copier.yml is a link",
    "fileglob",
)
"""One of each kind: what the others are about is decided by the same functions, whichever command asks for them."""

COMMANDS = {
    "update": ["update", "--to", "@TAG"],
    "update --dry-run": ["update", "--dry-run", "--to", "@TAG"],
    "status": ["status"],
    "explain": ["explain", "a.txt"],
    "explain a line": ["explain", "b.txt:1"],
    "set": ["set", "name=other"],
    "add": ["add", "small"],
    "template use": ["template", "use", "@MIRROR"],
}


@dataclass(frozen=True, kw_only=True)
class World:
    """A template whose releases after v1.0.0 are hostile ones, and a repository: on branch main it is at v1.0.0, and on
    the branch of each release at that.
    """

    top: Path
    releases: Mapping[str, str]

    @property
    def template(self) -> Path:
        return self.top / "template"

    @property
    def repository(self) -> Path:
        return self.top / "repository"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    top = tmp_path_factory.mktemp("hostile")
    made = World(
        top=top, releases={name: f"v1.0.{number}" for number, name in enumerate(SAMPLE, 1)}
    )
    _lay_secrets(top)
    for folder in (made.template, made.repository):
        folder.mkdir()
        git(folder, "init", "--quiet", "--initial-branch=main")
    record = f"# Answers.\n_commit: TAG\n_src_path: {made.template}\nname: thing\n"
    lay(made.repository, {"a.txt": "a\n", "b.txt": "b\n"})
    for name, tag in {"": "v1.0.0", **made.releases}.items():
        for path in made.template.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        _lay_template(made.template, HOSTILE.get(name, Hostile()), top)
        lay(made.repository, {".copier-answers.yml": record.replace("TAG", tag)})
        for folder in (made.template, made.repository):
            git(folder, "add", "--all")
            git(folder, "commit", "--quiet", "--message", tag)
            git(folder, "tag", tag)
    return made


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the user a secret variable, and a home with a file of a secret name."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCAFFOLD_TEST_SECRET", SECRET)
    _lay_secrets(tmp_path)


@pytest.mark.parametrize("called", COMMANDS)
def test_no_command_gives_a_hostile_template_anything(
    called: str, world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.repository)
    for name, tag in world.releases.items():
        at = "v1.0.0" if "@TAG" in COMMANDS[called] else tag
        git(world.repository, "checkout", "--quiet", "--force", at)
        beside = sorted(world.top.iterdir())
        words = {"@TAG": tag, "@MIRROR": f"{world.template}/.git"}
        code = cli.run([words.get(word, word) for word in COMMANDS[called]])
        said = capfd.readouterr()
        assert sorted(world.top.iterdir()) == beside, f"{name}: code of the template ran"
        assert SECRET not in said.out + said.err, name
        assert git(world.repository, "status", "--short") == "", name
        if (
            "explain" not in called
        ):  # which renders no content, and no name that cannot be the one that is asked for
            assert code in {ExitCode.USAGE, ExitCode.BROKEN}, f"{name}: {said.out}"
        if code in {ExitCode.USAGE, ExitCode.BROKEN}:
            first, *more = said.err.splitlines()
            assert first.startswith("scaffold: "), name
            assert "scaffolder failed" not in first, name
            assert len(more) <= 1, said.err
            assert all(line.startswith("  try: ") for line in more), said.err
        else:
            assert code == ExitCode.CLEAN, name


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_template_gets_nothing(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The commands render a template, ask its questions, and look for the origin of a file."""
    folder, made, repository = (tmp_path / one for one in ("template", "made", "repository"))
    _lay_template(folder, HOSTILE[name], tmp_path)
    record = "_commit: v1.0.0\n_src_path: t.git\nname: thing\n"
    lay(repository, {".copier-answers.yml": record, "a.txt": "a\n", "b.txt": "b\n"})
    beside = sorted(tmp_path.iterdir())

    def rendered() -> None:
        render.write(Origin(folder=folder, commit="v1.0.0", address="t.git"), {}, made)

    def asked() -> None:
        for question in answers.questions(folder):
            question.asked_given({"name": "thing"})
            question.choices_given({"name": "thing"})
            question.default_given({"name": "thing"})
            answers.accepted(question, "x", {"name": "thing"})

    def explained() -> None:
        for file in ("a.txt", "b.txt"):
            explain.of(Project(repository), Path(file), folder)

    refused = [error for error in map(_error_of, (rendered, asked, explained)) if error]
    shutil.rmtree(made, ignore_errors=True)
    assert sorted(tmp_path.iterdir()) == beside, (
        "code of the template ran, or a file was written beside the repository"
    )
    assert any(error.exit_code == ExitCode.BROKEN for error in refused) != HOSTILE[name].inert
    for error in refused:
        assert SECRET not in error.message + error.hint
        assert "\n" not in error.message
    assert capfd.readouterr().err == ""


def test_there_are_forty_of_them_at_least() -> None:
    assert len(HOSTILE) >= 40


def _error_of(work: Callable[[], None]) -> ScaffolderError | None:
    try:
        work()
    except ScaffolderError as error:
        return error
    return None


def _lay_secrets(top: Path) -> None:
    lay(top, {"secret.yml": f"secret: {{default: {SECRET}}}\n", f"home/{SECRET}": ""})


def _lay_template(folder: Path, hostile: Hostile, top: Path) -> None:
    places = {"@MARKER": top / "marker", "@SECRET_FILE": top / "secret.yml"}

    def filled(text: str) -> str:
        for name, place in places.items():
            text = text.replace(name, str(place))
        return text

    asked = f"{SETTINGS}name: {{type: str, default: thing}}\n"
    asked += (
        "---\n" if hostile.asked.startswith("_") else ""
    )  # of a repeated setting, the last one counts
    lay(folder, {"copier.yml": asked + filled(hostile.asked), "templates/a.txt": "a\n", **RECORD})
    lay(folder, {name: filled(text) for name, text in hostile.files.items()})
    for name, target in hostile.links.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(filled(target))
