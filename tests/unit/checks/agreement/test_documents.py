"""AG063: pages name the versions, ports and commands that files decide."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, written

from scaffolder import checks

POM = (
    "<project>\n  <properties>\n    <java.version>21</java.version>\n  </properties>\n</project>\n"
)
JAVA = {
    "pom.xml": POM,
    "Dockerfile": 'FROM eclipse-temurin:21-jre\nCOPY app.jar /app.jar\nEXPOSE 8080\nCMD ["java", "-jar", "/app.jar"]\n',
    "src/main/resources/application.properties": "server.port=8080\n",
}
PYTHON = {
    "pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.12"\n',
    "Dockerfile": 'FROM python:3.13-slim\nCOPY app app\nEXPOSE 8000\nCMD ["uvicorn", "app:app", "--port", "8000"]\n',
    "app/main.py": "app = object()\n",
}
NODE = {
    "package.json": '{\n  "name": "shop",\n  "engines": {"node": ">=22"},\n  "scripts": {\n    "start": "node index.js",\n'
    '    "lint": "eslint .",\n    "build:css": "postcss"\n  }\n}\n',
    "index.js": "require('http').createServer().listen(process.env.PORT || 3100);\n",
    "Dockerfile": 'FROM node:22-alpine\nCOPY . .\nEXPOSE 3100\nCMD ["node", "index.js"]\n',
    "ci/deploy.sh": "#!/bin/sh\n",
    ".env.example": "A=1\n",
}
GO = {"go.mod": "module example.com/shop\n\ngo 1.24\n", "main.go": "package main\n"}
TERRAFORM = {
    "main.tf": 'terraform {\n  required_version = ">= 1.9"\n}\n',
    ".terraform-version": "1.11.4\n",
}
CHART = {
    "chart/Chart.yaml": 'apiVersion: v2\nname: shop\nversion: 1.0.0\nkubeVersion: ">=1.28.0"\n',
    "chart/values.yaml": "port: 8080\n",
    "chart/templates/service.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n"
    "  ports:\n    - name: http\n      port: 80\n      targetPort: 8080\n",
}


def found(root: Path, files: dict[str, str]) -> list[str]:
    report = checks.run(
        written(root, files), checks.choose(select=["AG063"], ignore=[]), ScriptedToolchain({})
    )
    return [
        f"{finding.path.as_posix()}:{finding.line} {finding.message}"
        for result in report.results
        for finding in result.findings
    ]


def shell(*lines: str) -> str:
    return "# shop\n\n```sh\n" + "\n".join(lines) + "\n```\n"


WRONG = {
    "a requirement": (JAVA, "README.md", "Requires Java 17.", "uses Java 17, but pom.xml has 21"),
    "an entry of a list": (JAVA, "README.md", "## Prerequisites\n\n* JDK 17\n", "uses JDK 17"),
    "a row of a table": (JAVA, "README.md", "## Tech stack\n\n| Java | 17 |\n", "uses Java 17"),
    "a list below a sentence": (JAVA, "README.md", "You need:\n\n- **Java 17**\n", "uses Java 17"),
    "a minimum below the build": (JAVA, "CONTRIBUTING.md", "You need JDK 17+.", "JDK 17 or later"),
    "a command of a package": (JAVA, "README.md", shell("sdk install java 17.0.9-tem"), "java 17"),
    "old Java": (JAVA, "README.md", "This service runs on Java 1.8.", "uses Java 8"),
    "a link": (JAVA, "README.md", "Install [Java](https://adoptium.net) 17.", "uses Java 17"),
    "Python": (PYTHON, "README.md", "Requires Python 3.11+", "pyproject.toml needs >=3.12"),
    "Python at least": (PYTHON, "docs/setup.md", "Needs at least Python 3.10.", "Python 3.10 or"),
    "an environment": (PYTHON, "README.md", shell("pyenv install 3.10.4"), "python 3.10"),
    "Node.js": (NODE, "README.md", "## Requirements\n\n- Node.js 18\n", "uses Node.js 18"),
    "Node later": (NODE, "AGENTS.md", "The service needs Node 18 or later.", "Node 18 or later"),
    "nvm": (NODE, "README.md", shell("nvm use 18"), "node 18"),
    "nvm in a sentence": (NODE, "README.md", "Run `nvm use 18` first.", "node 18"),
    "Go": (GO, "README.md", "Requires Go 1.21 or newer.", "uses Go 1.21 or later"),
    "Terraform": (TERRAFORM, "README.md", "You need Terraform 1.5+.", "main.tf needs >= 1.9"),
    "Terraform pinned": (TERRAFORM, "README.md", "Requires Terraform 1.5.", "has 1.11.4"),
    "Kubernetes": (CHART, "chart/README.md", "## Prerequisites\n\n- Kubernetes 1.19+\n", "1.19"),
    "a URL": (JAVA, "README.md", "Open http://localhost:8081/actuator.", "names port 8081"),
    "curl": (
        PYTHON,
        "docs/run.md",
        shell("curl localhost:1", "curl http://localhost:8090/"),
        "8090",
    ),
    "an image": (
        NODE,
        "README.md",
        shell("docker build -t shop .", "docker run --rm \\", "  -p 3100:8080 \\", "  shop"),
        "publishes port 8080 of the image, which listens on 3100",
    ),
    "a Service": (
        {**JAVA, **CHART},
        "README.md",
        shell("kubectl port-forward svc/shop 8080:8080"),
        "forwards port 8080 of Service shop",
    ),
    "a script of a package": (NODE, "README.md", shell("npm run lnt"), "runs the script lnt"),
    "a script in a sentence": (NODE, "AGENTS.md", "Before a commit run `npm run build`.", "build"),
    "a file of shell": (NODE, "AGENTS.md", shell("./ci/deply.sh dev"), "names ./ci/deply.sh"),
    "a fence without a language": (NODE, "README.md", "```\nnpm run lnt\n```\n", "script lnt"),
    "a file that is copied": (NODE, "README.md", shell("cp .env.sample .env"), ".env.sample"),
    "a list of packages": (
        PYTHON,
        "README.md",
        shell("pip install -r app/requirements.txt"),
        "app/",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_page_that_names_something_else_is_reported(name: str, tmp_path: Path) -> None:
    files, page, text, message = WRONG[name]
    findings = found(tmp_path / "shop", {**files, page: text})
    assert len(findings) == 1, findings
    assert findings[0].startswith(f"{page}:")
    assert message in findings[0]


RIGHT = {
    "the same": (JAVA, "README.md", "Requires Java 21."),
    "a minimum that is allowed": (PYTHON, "README.md", "Requires Python 3.12+."),
    "a minimum beside a newer image": (
        {**PYTHON, "pyproject.toml": '[project]\nname = "s"\nrequires-python = ">=3.9"\n'},
        "README.md",
        "Requires Python 3.9+.",
    ),
    "a newer JDK for an older release": ({"pom.xml": POM}, "README.md", "You need JDK 25."),
    "a changelog": (JAVA, "CHANGELOG.md", "Requires Java 17."),
    "a decision": (JAVA, "docs/adr/0001-java.md", "We need Java 17."),
    "a history": (JAVA, "README.md", "## Changelog\n\n- Requires Java 17\n"),
    "an upgrade": (JAVA, "README.md", "## Upgrading from 1.x\n\nRequires Java 17.\n"),
    "another time": (JAVA, "README.md", "Until 2.0 the service needs Java 17."),
    "a badge": (
        JAVA,
        "README.md",
        "![Java](https://img.shields.io/badge/java-17-blue) needs Java 17",
    ),
    "tested with": (JAVA, "README.md", "Tested with Java 17, needs Maven."),
    "a range": (JAVA, "README.md", "Requires Java 17 or 21."),
    "a list of versions": (JAVA, "README.md", "Install Java 11, 17 or later."),
    "another language": (JAVA, "README.md", "The scripts need Python 3.9."),
    "a tutorial": (
        JAVA,
        "docs/tutorials/hello.md",
        "You need Java 17.\n\n```sh\nnpm run hello\n```",
    ),
    "a comment": (JAVA, "README.md", "<!-- Requires Java 17 -->\n"),
    "an excerpt": (JAVA, "README.md", "```xml\n<!-- needs Java 17 -->\n```\n"),
    "a folder of tools": (JAVA, "tools/README.md", "Requires Java 17."),
    "a JDK that Gradle downloads": (
        {
            "build.gradle": "java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\n",
            "settings.gradle": "plugins { id 'org.gradle.toolchains.foojay-resolver-convention' }\n",
        },
        "README.md",
        "Requires Java 17+.",
    ),
    "a client": (NODE, "README.md", "The client needs Node 18."),
    "Prometheus": (
        JAVA,
        "README.md",
        "Prometheus: http://localhost:9090, and http://localhost:16686.",
    ),
    "Grafana": (JAVA, "README.md", "Grafana is at http://localhost:3000."),
    "a port of Compose": (
        {**JAVA, "compose.yaml": 'services:\n  shop:\n    build: .\n    ports: ["9999:8080"]\n'},
        "README.md",
        "Open http://localhost:9999.",
    ),
    "a port that is published": (
        JAVA,
        "README.md",
        shell("docker run -p 9999:8080 shop", "curl http://localhost:9999/"),
    ),
    "a port that is forwarded": (
        {**JAVA, **CHART},
        "README.md",
        shell("kubectl port-forward svc/shop 9999:80", "curl http://localhost:9999/"),
    ),
    "an image of others": (JAVA, "README.md", shell("docker run -p 6379:6379 redis:7")),
    "a port of a server for development": (
        {**JAVA, "web/package.json": '{"devDependencies": {"vite": "7"}}'},
        "README.md",
        "Open http://localhost:5173.",
    ),
    "a port that is set": (
        NODE,
        "README.md",
        shell(
            "docker run -e PORT=8080 -p 8080:8080 shop",
            "PORT=8085 npm start",
            "curl http://localhost:8085",
        ),
    ),
    "several services": (
        {
            "a/Dockerfile": "FROM node:22\nEXPOSE 7777\n",
            "b/Dockerfile": "FROM node:22\nEXPOSE 7778\n",
        },
        "README.md",
        "Open http://localhost:7779.",
    ),
    "a script that is there": (NODE, "README.md", shell("npm run lint && npm start")),
    "a program of a library": (
        {**NODE, "web/package.json": '{"devDependencies": {"standard": "17", "@x/y-tool": "1"}}'},
        "README.md",
        shell("yarn run standard", "pnpm run tool"),
    ),
    "a script of a workspace": (NODE, "README.md", shell("npm run dev -w web")),
    "a script of another repository": (
        NODE,
        "README.md",
        shell("npx create-react-app demo", "npm run eject"),
    ),
    "a script that was removed": (NODE, "README.md", "We no longer use `npm run lnt`."),
    "a file that a page writes": (
        NODE,
        "README.md",
        "Create ci/mine.sh with your settings.\n\n" + shell("./ci/mine.sh"),
    ),
    "a file of a build": (NODE, "README.md", shell("sh dist/run.sh", "./node_modules/x/y.sh")),
    "Kubernetes of another chart": (
        CHART,
        "README.md",
        "## Prerequisites\n\n- Kubernetes 1.30+\n",
    ),
    "the provider of Terraform": (
        TERRAFORM,
        "README.md",
        "| [terraform](#requirement\\_terraform) | >= 1.0 |",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_page_about_something_else_is_not_reported(name: str, tmp_path: Path) -> None:
    files, page, text = RIGHT[name]
    assert found(tmp_path / "shop", {**files, page: text}) == []
