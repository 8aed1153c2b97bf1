"""Libraries that a service of a repository is built with."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.libraries import of

IMAGE = "FROM scratch\n"
POM = "<project>{parent}<artifactId>{name}</artifactId>{needs}</project>\n"
NEEDS = "<dependency><artifactId>{name}</artifactId></dependency>"


def pom(name: str, needs: str = "", parent: str = "") -> str:
    return POM.format(name=name, needs=NEEDS.format(name=needs) if needs else "", parent=parent)


MAVEN = {
    "api/Dockerfile": IMAGE,
    "api/pom.xml": pom("api", "shop-biz"),
    "biz/pom.xml": pom("shop-biz", "common", "<parent><artifactId>shop</artifactId></parent>"),
    "common/pom.xml": pom("common"),
    "other/pom.xml": pom("other"),
}
GRADLE = {
    "api/Dockerfile": IMAGE,
    "api/build.gradle": 'dependencies { implementation project(":libs:web") }\n',
    "libs/web/build.gradle": "plugins { id 'java' }\n",
}
NODE = {
    "api/Dockerfile": IMAGE,
    "api/package.json": '{"name": "api", "dependencies": {"@shop/http": "workspace:*"}}\n',
    "packages/server/package.json": '{"name": "@shop/http"}\n',
}
COPIED = {
    "api/Dockerfile": "FROM scratch\nCOPY health ./health\n",
    "health/go.mod": "module example.com/health\n",
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (MAVEN, ["biz", "common", "."]),
        (GRADLE, ["libs/web", "."]),
        (NODE, ["packages/server", "."]),
        (COPIED, ["health", "."]),
        ({**MAVEN, "biz/Dockerfile": IMAGE}, ["."]),
        ({"Dockerfile": IMAGE, "lib/pom.xml": pom("lib")}, []),
    ],
    ids=["Maven, transitive", "Gradle", "Node.js", "copied", "a service", "the only service"],
)
def test_a_library_is_named_by_the_build_of_its_service(
    files: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    service = Path("api") if "api/Dockerfile" in files else Path()
    assert [one.as_posix() for one in of(written(tmp_path, files), service)] == expected
