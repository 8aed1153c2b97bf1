"""SY002 to SY009 and WV001: correct text in other people's repositories gets no finding."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Outcome, Result
from scaffolder.repository.project import Project


def judged(root: Path, files: dict[str, str | bytes], check: str) -> Result | None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        content = text if isinstance(text, bytes) else text.encode()
        (root / name).write_bytes(content)
    report = checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )
    return report.results[0] if report.results else None


def found(root: Path, files: dict[str, str | bytes], check: str) -> list[str]:
    result = judged(root, files, check)
    return [finding.path.as_posix() for finding in result.findings] if result else []


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 3\n"
RIGHT: dict[str, tuple[str, str, str | bytes]] = {
    "a template of Helm outside templates": ("SY002", "charts/a/files/b.yaml", "{{- if .Values.c }}\nd: e\n{{ end }}\n"),
    "a template of Jinja": ("SY002", "deploy/a.yml", "{% if a %}\nb: {{ c }}\n{% endif %}\n"),
    "a placeholder of sed": ("SY002", "k8s/a.yaml", "image: {{IMAGE}}:{{TAG}}\n"),
    "resources that Maven filters": ("SY002", "src/main/resources/application.yml", "app:\n  version: @project.version@\n"),
    "a template of Handlebars": ("SY002", "a.yml", "{{#each b}}\nc: d\n{{/each}}\n"),
    "a block of Handlebars as a value": ("SY002", "k8s/a.yml", "metadata:\n  name: {{#b c}}{{/b}}\nspec:\n  d: 1\n"),
    "a template of Ruby": ("SY002", "a.yml", "<% b.each do |c| %>\nd: <%= c %>\n<% end %>\n"),
    "a template of Cookiecutter by its path": ("SY002", "{{ cookiecutter.a }}/b.yml", "c: d: e\n"),
    "a template by its name": ("SY002", "a.tpl.yaml", "b: c: d\n"),
    "data of a test": ("SY002", "pkg/testdata/invalid.yaml", "a: b: c\n"),
    "code of others": ("SY002", "vendor/example.com/a/.travis.yml", "a: b\na: c\n"),
    "tags of CloudFormation": ("SY002", "a.yaml", "b: !Ref C\nd: !Sub '${E}'\nf: !GetAtt [G, H]\n"),
    "tags of GitLab and Home Assistant": ("SY002", "a.yaml", "b: !reference [.c, d]\ne: !secret f\ng: !include h.yaml\n"),
    "several documents": ("SY002", "a.yaml", "%YAML 1.2\n---\nb: c\n---\n---\nd: e\n...\n"),
    "a YAML with a BOM": ("SY002", "a.yaml", b"\xef\xbb\xbfb: c\n"),
    "a YAML in UTF-16": ("SY002", "a.yaml", "b: ü\n".encode("utf-16")),
    "a JSON with a BOM": ("SY003", "a.json", b"\xef\xbb\xbf{\"b\": 1}\r\n"),
    "comments in settings of .NET": ("SY003", "src/appsettings.Development.json", '{\n  // b\n  "c": 1,\n}\n'),
    "comments in a compiler's settings": ("SY003", "tsconfig.base.json", '{"a": 1, /* b */}'),
    "comments in an editor's settings": ("SY003", ".vscode/launch.json", '{"a": [1,], // b\n}'),
    "comments in a dev container": ("SY003", ".devcontainer/devcontainer.json", '{\n// a\n"b": 1}'),
    "a value on each line": ("SY003", "logs/a.json", '{"a": 1}\n{"a": 2}\n'),
    "a placeholder in a JSON": ("SY003", "deploy/task.json", '{\n  "cpu": {{ cpu }},\n  "b": 1\n}\n'),
    "a pointer of Git LFS": ("SY003", "data/a.json", POINTER),
    "a table with a template": ("SY004", "{{cookiecutter.a}}/pyproject.toml", "{%- if b %}\n[c]\n{%- endif %}\n"),
    "a template of a Dockerfile": ("SY008", "docker/Dockerfile", "{% if a %}\nFROM b\n{% endif %}\n"),
    "a large text": ("SY007", "crds/a.yaml", "# b\n" * 600_000),
    "a large picture": ("SY007", "docs/a.gif", b"\0" * 2_200_000),
    "a large source": ("SY007", "libc/a.go", "// b\n" * 500_000),
    "a log in another encoding": ("SY007", "data/a.log", b"\xe9\n"),
    "an XML in UTF-16": ("SY007", "a.xml", "<a>ü</a>".encode("utf-16")),
    "blanks at the ends of lines": ("SY009", "a.txt", "b  \n"),
    "a rule that a scanner leaves out": ("WV001", "a.sh", "#!/bin/sh\n# shellcheck disable=SC2086\nb $c\n"),
}  # fmt: skip


@pytest.mark.parametrize(("check", "file", "text"), RIGHT.values(), ids=RIGHT)
def test_what_is_right_elsewhere_is_left_alone(
    check: str, file: str, text: str | bytes, tmp_path: Path
) -> None:
    config = "root = true\n[*]\ntrim_trailing_whitespace = true\n"
    assert found(tmp_path, {".editorconfig": config, file: text, "b.yaml": "a: 1\n"}, check) == []


WRONG: dict[str, tuple[str, str, str | bytes]] = {
    "a key twice": ("SY002", "a.yaml", "b: c\nb: d\n"),
    "a key twice beside templates in texts": ("SY002", "a.yaml", "b: '{{ c }}'\nb: d\n"),
    "a message with a template in quotes": ("SY002", "alertmanager.yaml", "a:\n- b: c\n   d: '{{ template \"e\" . }}'\n"),
    "an expression of a workflow": ("SY002", ".github/workflows/a.yml", "a:\n  b: {{ matrix.c }}-x\n"),
    "a variable of Ansible without quotes": ("SY002", "roles/web/tasks/main.yml", "- b:\n    c: {{ d }}/e\n"),
    "values of a chart": ("SY002", "chart/values.yaml", "tag: {{ .Chart.AppVersion }}x\n"),
    "a comma too many": ("SY003", "package.json", '{"a": 1,}'),
    "a comment": ("SY003", "package.json", '// a\n{"b": 1}'),
    "two values": ("SY003", "a.json", '{\n"b": 1}\n{"c"\n}'),
    "another encoding": ("SY007", "a.yaml", b"b: \xe9\n"),
    "a Dockerfile in UTF-16": ("SY007", "Dockerfile", "FROM a\n".encode("utf-16")),
}  # fmt: skip


@pytest.mark.parametrize(("check", "file", "text"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_found(check: str, file: str, text: str | bytes, tmp_path: Path) -> None:
    chart: dict[str, str | bytes] = {"chart/Chart.yaml": "name: chart\n"}
    assert found(tmp_path, {**chart, file: text}, check) == [file]


def test_what_was_not_read_is_said(tmp_path: Path) -> None:
    large = judged(tmp_path, {"crds/a.yaml": "# b\n" * 600_000}, "SY007")
    assert large is not None
    assert large.limit == "crds/a.yaml is 2.3 MB; nothing over 2 MB is read"
    template = judged(tmp_path, {"k8s/b.yaml": "image: {{IMAGE}}x\n"}, "SY002")
    assert template is not None
    assert (template.outcome, template.limit) == (Outcome.PASSED, "1 template of other programs")


GENERATED = "_commit: v0.6.0\nservice_name: a\nruntime: go\n"


@pytest.mark.parametrize(
    ("check", "file", "text"),
    [
        ("SY009", "a.txt", "b  \n"),
        ("WV001", "a.sh", "#!/bin/sh\n# shellcheck disable=SC2086\nb $c\n"),
    ],
)
def test_rules_of_the_template_hold_where_it_was_used(
    check: str, file: str, text: str, tmp_path: Path
) -> None:
    config = "root = true\n[*]\ntrim_trailing_whitespace = true\n"
    files: dict[str, str | bytes] = {
        ".copier-answers.yml": GENERATED,
        ".editorconfig": config,
        file: text,
    }
    assert found(tmp_path, files, check) == [file]


def test_a_ledger_is_kept_by_whoever_has_one(tmp_path: Path) -> None:
    script = "#!/bin/sh\n# shellcheck disable=SC2086\nb $c\n"
    files: dict[str, str | bytes] = {".scaffold/waivers.yml": "waivers: []\n", "a.sh": script}
    assert found(tmp_path, files, "WV001") == ["a.sh"]
