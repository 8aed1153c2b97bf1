"""Does the time of the checks grow with a repository no faster than the repository: `make scale`.

Repositories of more and more services, then of more and more files, are made in a temporary folder
and checked. Each size costs at most `MOST_GROWTH` times the CPU of the one before, which is half of
it; the first size of a series has nothing to be held against.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

MOST_GROWTH = 2.2
"""Times the CPU for twice the services or files."""

MOST_MEMORY = 50
"""MiB that the checks of agreement and environments take on the default repository."""

MOST_SHARE = 0.5
"""Of the CPU of release 0.5.0 for the same."""

RELEASE_0_5_0 = "f118ef1"
RUNS = 5
"""The least of so many runs counts: time that another process takes from them is not theirs."""

_OF_BYTECODE = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
"""Variables that decide whether Python keeps what it compiles, and where."""

FAMILIES = ("AG", "EN", "SY", "SEC")
SERVICES = (25, 50, 100, 200)
FILES = (1250, 2500, 5000, 10_000)

Write = Callable[[Path, int], None]

DOCKERFILE = """\
FROM node:24.1.0-alpine3.21 AS build
WORKDIR /app
COPY package.json ./
RUN npm ci
FROM node:24.1.0-alpine3.21
EXPOSE 8080
USER node
CMD ["node", "src/f0.js"]
"""
PACKAGE = """\
{{
  "name": "{name}",
  "version": "1.0.0",
  "engines": {{"node": "24"}},
  "scripts": {{"test": "node --test"}}
}}
"""
MANIFESTS = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: shop
  labels: {{app: {name}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: {name}
          image: registry.example.com/shop/{name}:1.4.2
          ports: [{{name: http, containerPort: 8080}}]
          env: [{{name: PEER, value: "http://{peer}:80"}}]
          envFrom: [{{configMapRef: {{name: {name}}}}}]
          readinessProbe: {{httpGet: {{path: /ready, port: http}}}}
          resources: {{requests: {{cpu: 100m, memory: 128Mi}}, limits: {{memory: 256Mi}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}}
spec:
  selector: {{app: {name}}}
  ports: [{{name: http, port: 80, targetPort: http}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: shop}}
data: {{LEVEL: info}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: {name}, namespace: shop}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {name}}}
  minReplicas: 2
  maxReplicas: 5
  metrics:
    - type: Resource
      resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 70}}}}
"""
WORKFLOW = """\
name: {name}
on: {{push: {{branches: [main], paths: ["services/{name}/**"]}}}}
permissions: {{contents: read}}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: {{node-version: "24"}}
      - run: npm test
        working-directory: services/{name}
      - run: docker build -t registry.example.com/shop/{name}:1.4.2 services/{name}
"""
CHART = "apiVersion: v2\nname: {name}\nversion: 0.1.0\n"
VALUES = """\
image:
  repository: registry.example.com/shop/{name}
  tag: 1.4.2
replicas: 2
port: 8080
host: {name}.example.com
"""
TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {app: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      containers:
        - name: app
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          ports: [{name: http, containerPort: {{ .Values.port }}}]
          env: [{name: HOST, value: {{ .Values.host | quote }}}]
"""
RULES = """\
groups:
  - name: {name}
    rules:
      - alert: {name}Down
        expr: sum(rate(http_requests_total{{job="{name}"}}[5m])) == 0
        for: 5m
        labels: {{severity: page}}
        annotations:
          summary: "{name} is down"
          runbook_url: "https://example.com/blob/main/docs/{name}.md"
"""
SOURCE = "export const port = process.env.PORT ?? 8080;\nexport const value = {at};\n" * 4
README = """\
# {name}

See [the runbook](../../docs/{name}.md) and [{peer}](../{peer}/README.md#{peer}).

```sh
make {name}
```
"""
RUNBOOK = """\
# {name}

## Symptoms

`kubectl -n shop logs deploy/{name}`; the code is in [services/{name}](../services/{name}).
"""


def services(root: Path, number: int) -> None:
    """Write a repository of one service and `number` files: sources, pages, manifests, settings."""
    compose, makefile = ["services:"], []
    for at in range(number):
        words = {"name": f"s{at}", "peer": f"s{(at + 1) % number}"}
        folder = root / "services" / words["name"]
        chart = root / "charts" / words["name"]
        for file, text in (
            (folder / "Dockerfile", DOCKERFILE),
            (folder / ".nvmrc", "24\n"),
            (folder / "package.json", PACKAGE.format(**words)),
            (folder / "README.md", README.format(**words)),
            (folder / "k8s" / "app.yaml", MANIFESTS.format(**words)),
            (root / ".github" / "workflows" / f"{words['name']}.yml", WORKFLOW.format(**words)),
            (chart / "Chart.yaml", CHART.format(**words)),
            (chart / "values.yaml", VALUES.format(**words)),
            (chart / "values-dev.yaml", "replicas: 1\n"),
            (chart / "values-prod.yaml", "replicas: 3\n"),
            (chart / "templates" / "deployment.yaml", TEMPLATE),
            (root / "monitoring" / f"{words['name']}.yml", RULES.format(**words)),
            (root / "docs" / f"{words['name']}.md", RUNBOOK.format(**words)),
            *((folder / "src" / f"f{n}.js", SOURCE.format(at=n)) for n in range(5)),
        ):
            _write(file, text)
        compose.append("  {name}:\n    build: services/{name}\n    ports: ['8080']".format(**words))
        makefile.append(".PHONY: {name}\n{name}:\n\tdocker build services/{name}\n".format(**words))
    _write(root / "compose.yaml", "\n".join(compose) + "\n")
    _write(root / "Makefile", "\n".join(makefile))


def files(root: Path, number: int) -> None:
    """Write a repository with about `number` files of several kinds into `root`."""
    _write(root / "Dockerfile", DOCKERFILE)
    _write(root / "package.json", PACKAGE.format(name="app"))
    kinds = {
        "js": SOURCE,
        "md": "# Page {at}\n\n[itself](p{at}.md)\n",
        "json": '{{"id": {at}, "name": "entry", "token_name": "x{at}"}}\n',
        "yaml": "id: {at}\nname: entry\nkind: Note\n",
        "sh": "#!/bin/sh\nset -eu\necho {at}\n",
        "properties": "entry.{at}=value\nserver.host=example.com\n",
        "py": "def entry_{at}(password: str) -> int:\n    return {at}\n",
        "ts": SOURCE,
    }
    for at in range(number - 2):
        suffix = list(kinds)[at % len(kinds)]
        file = root / "src" / f"part{at // 50}" / f"p{at}.{suffix}"
        _write(file, kinds[suffix].format(at=at))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The cost of one run of the checks: CPU in seconds, memory in MiB of its largest process."""

    cpu: float
    memory: float


def cost(root: Path, families: tuple[str, ...], code: Path | None = None) -> Cost:
    """Run the checks of `families` on a repository in a process of their own.

    `code` is the folder that holds the package to run, this checkout if it is not given.

    Raises:
        RuntimeError: a check failed to run.

    """
    here = Path(__file__).parents[1]
    program = "import sys; from tools.scale import measured; measured(*sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", program, str(code or here), str(root), *families],
        capture_output=True,
        text=True,
        check=False,
        cwd=here,
    )
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)
    cpu, memory = done.stdout.split()[-2:]
    return Cost(cpu=float(cpu), memory=float(memory))


def measured(code: str, root: str, *families: str) -> None:
    """Run the checks of the package in `code` and print what they took."""
    select = list(chain.from_iterable(("--select", family) for family in families))
    command = [sys.executable, "-m", "scaffolder", "check", root, *select, "--no-cache", "--quiet"]
    env = {**os.environ, "PYTHONPATH": code}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=code, env=env)
    if done.returncode not in {0, 1}:
        raise SystemExit(f"exit {done.returncode}: {done.stderr}{done.stdout[-2000:]}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def series(what: str, sizes: tuple[int, ...], write: Write) -> Iterator[tuple[str, bool]]:
    """Yield a line for each size, and whether its cost is within the limit."""
    before = None
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="scale-") as folder:
            root = Path(folder, "repository")
            write(root, size)
            taken = cost(root, FAMILIES)
        growth = taken.cpu / before if before else 0.0
        words = f"{size:7,} {what:9} {taken.cpu:6.2f} s CPU {taken.memory:5.0f} MiB"
        yield f"{words}  x {growth:.2f}" if before else words, growth <= MOST_GROWTH
        before = taken.cpu


def default_repository() -> Iterator[tuple[str, bool]]:
    """Yield what AG and EN take on the default repository, beside release 0.5.0 in the same run."""
    here = Path(__file__).parents[1]
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        new = [sys.executable, "-m", "scaffolder", "new", "my-service", "--defaults"]
        subprocess.run([*new, "-o", folder], check=True, capture_output=True, cwd=here)
        root = Path(folder, "my-service")
        now = min((cost(root, ("AG", "EN")) for _ in range(RUNS)), key=lambda taken: taken.cpu)
        words = f"default repository, AG and EN: {now.cpu:.2f} s CPU {now.memory:.0f} MiB"
        yield words, now.memory <= MOST_MEMORY
        archive = subprocess.run(
            ["git", "archive", RELEASE_0_5_0, "scaffolder"],
            capture_output=True,
            check=False,
            cwd=here,
        )
        if archive.returncode:
            yield f"release 0.5.0 ({RELEASE_0_5_0}) is not in this clone", True
            return
        code = Path(folder, "0.5.0")
        code.mkdir()
        subprocess.run(["tar", "-x", "-C", code], input=archive.stdout, check=True)
        runs = (cost(root, ("AG", "EN"), code) for _ in range(RUNS))
        before = min(taken.cpu for taken in runs)
        share = now.cpu / before
        yield f"release 0.5.0: {before:.2f} s CPU, now x {share:.2f}", share <= MOST_SHARE


@contextmanager
def compiled() -> Iterator[None]:
    """Let the processes of the block find bytecode, as installers leave it; they write it once."""
    kept = {name: os.environ.pop(name, None) for name in _OF_BYTECODE}
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        compileall = [sys.executable, "-m", "compileall", "-q", "scaffolder"]
        subprocess.run(compileall, check=True, cwd=Path(__file__).parents[1])
        try:
            yield
        finally:
            del os.environ["PYTHONPYCACHEPREFIX"]
            os.environ.update({name: value for name, value in kept.items() if value is not None})


def main() -> int:
    """Print what each size costs; 1 if one costs too much."""
    with compiled():
        return _measured()


def _measured() -> int:
    good = True
    for line, within in default_repository():
        print(line if within else f"{line}  too much", flush=True)
        good = good and within
    for what, sizes, write in (("services", SERVICES, services), ("files", FILES, files)):
        for line, within in series(what, sizes, write):
            print(line if within else f"{line}  more than x {MOST_GROWTH}", flush=True)
            good = good and within
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
