"""Installs the packages that app/uv.lock or app/requirements.txt locks into a folder, unless they are there already.

`python app/packages.py FOLDER [--tests]`, from the root of the repository; with --tests those that only tests need: the
group `dev` of app/pyproject.toml, or app/requirements-dev.txt. Without packages it does nothing.

pip installs what the lock names and what has its hash. A wheel is unpacked; a package that would have to be built runs code
of strangers at the installation, and is refused: `--no-binary NAME` in app/requirements.txt is your decision to build one.
"""

import compileall
import importlib.util
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import Any, NoReturn

APP = Path("app")
LOCK = APP / "uv.lock"
PROJECT = APP / "pyproject.toml"
COMPILE = "uv pip compile --universal --generate-hashes app/{0}.in --output-file app/{0}.txt"
FOREIGN = ("poetry.lock", "Pipfile.lock", "pdm.lock")

Package = dict[str, Any]


def main(folder: Path, tests: bool) -> None:
    name = "requirements-dev" if tests else "requirements"
    if LOCK.is_file():
        list_of_packages = folder.with_suffix(".requirements.txt")
        list_of_packages.parent.mkdir(parents=True, exist_ok=True)
        list_of_packages.write_text("".join(f"{line}\n" for line in locked(tests)))
    else:
        refuse_what_is_not_locked(name)
        list_of_packages = APP / f"{name}.txt"
    if not list_of_packages.is_file() or not requirements(list_of_packages.read_text()):
        shutil.rmtree(folder, ignore_errors=True)
        return
    if not LOCK.is_file() and "--hash" not in list_of_packages.read_text():
        stop(f"{list_of_packages} has no hashes. Write your packages to app/{name}.in, run `{COMPILE.format(name)}`, commit both.")
    install(list_of_packages, folder)


def refuse_what_is_not_locked(name: str) -> None:
    """Stops if packages are asked for without a lock that pins them."""
    if (APP / f"{name}.in").is_file() and not (APP / f"{name}.txt").is_file():
        stop(f"app/{name}.in has no lock. Run `{COMPILE.format(name)}` and commit the file.")
    if (APP / "requirements.txt").is_file():
        return
    if PROJECT.is_file() and tomllib.loads(PROJECT.read_text()).get("project", {}).get("dependencies"):
        stop(f"{PROJECT} has dependencies, but no {LOCK} to install them from. Run `uv lock --project app` and commit the file.")
    for foreign in FOREIGN:
        if (APP / foreign).is_file():
            stop(f"app/{foreign} is not read here: export it, with hashes, to app/requirements.txt.")


def requirements(text: str) -> list[str]:
    """The packages of a file of requirements, or the index that it names."""
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def locked(tests: bool) -> list[str]:
    """The packages of uv.lock for the service, or for its tests alone, as pip reads them: versions, markers and hashes."""
    lock = tomllib.loads(LOCK.read_text())
    packages: list[Package] = lock["package"]
    (service,) = [package for package in packages if "." in package["source"].values()]
    wanted = reachable(packages, service.get("dependencies", []))
    compare_with_project(service)
    if tests:
        dev = service.get("dev-dependencies", {}).get("dev", [])
        wanted = {key: markers for key, markers in reachable(packages, dev).items() if key not in wanted}
    return [line for package in packages if (markers := wanted.get(key_of(package))) for line in [requirement(package, markers)]]


def key_of(package: Package) -> tuple[str, str]:
    return package["name"], package.get("version", "")


def reachable(packages: list[Package], dependencies: list[Package]) -> dict[tuple[str, str], set[str]]:
    """The packages that these dependencies lead to, each with the markers under which it is needed; "" is always."""
    found: dict[tuple[str, str], set[str]] = {}
    seen: set[tuple[object, ...]] = set()
    waiting = [(dependency, "") for dependency in dependencies]
    while waiting:
        dependency, outer = waiting.pop()
        marker = " and ".join(f"({part})" for part in (outer, dependency.get("marker", "")) if part)
        extras = tuple(dependency.get("extra", ()))
        for package in packages:
            key = key_of(package)
            if key[0] != dependency["name"] or dependency.get("version", key[1]) != key[1]:
                continue
            markers = found.setdefault(key, set())
            markers.add(marker)
            if (key, extras, marker) in seen:
                continue
            seen.add((key, extras, marker))
            optional = package.get("optional-dependencies", {})
            for needed in (package.get("dependencies", []), *(optional.get(extra, []) for extra in extras)):
                waiting += [(each, marker) for each in needed]
    return found


def requirement(package: Package, markers: set[str]) -> str:
    name, version = key_of(package)
    hashes = sorted({wheel["hash"] for wheel in package.get("wheels", []) if "hash" in wheel})
    if "registry" not in package["source"] or not hashes:
        stop(f"{LOCK}: {name} has no wheel with a hash in an index of packages, so that it cannot be installed from here.")
    condition = "" if "" in markers else " ; " + " or ".join(sorted(markers))
    return f"{name}=={version}{condition} " + " ".join(f"--hash={each}" for each in hashes)


def compare_with_project(service: Package) -> None:
    """Stops if pyproject.toml asks for a package that the lock does not know: `uv lock` was forgotten."""
    project = tomllib.loads(PROJECT.read_text()).get("project", {})
    asked = {normal(re.split(r"[^\w.-]", text.strip())[0]) for text in project.get("dependencies", [])}
    known = {each["name"] for each in service.get("metadata", {}).get("requires-dist", [])}
    if missing := sorted(asked - known):
        stop(f"{LOCK} does not have {', '.join(missing)} of {PROJECT}. Run `uv lock --project app` and commit the file.")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def install(list_of_packages: Path, folder: Path) -> None:
    """Puts the packages into the folder; a file beside it records from what it was made."""
    note = folder.with_suffix(".made-of.txt")
    files = sorted({list_of_packages, *APP.glob("*.txt")})
    made_of = "\n".join([sys.version, sysconfig.get_platform(), *(file.read_text() for file in files)])
    if folder.is_dir() and note.is_file() and note.read_text() == made_of:
        return
    shutil.rmtree(folder, ignore_errors=True)
    note.unlink(missing_ok=True)
    argv = [*installer(), "--require-hashes", "--only-binary=:all:", "--quiet", "--requirement", str(list_of_packages)]
    if LOCK.is_file():
        argv.append("--no-deps")  # it names all of them
    if subprocess.run([*argv, "--target", str(folder)]).returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        stop(f"the packages of {LOCK if LOCK.is_file() else list_of_packages} were not installed.")
    # Programs name the Python of this machine in their first line; `python -m NAME` runs them wherever they are.
    shutil.rmtree(folder / "bin", ignore_errors=True)
    (folder / ".lock").unlink(missing_ok=True)
    # As app/build.sh compiles the service: two builds are equal. Files of a package for other versions may not compile.
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(folder, quiet=2, stripdir=str(folder), prependdir="/app", invalidation_mode=mode)
    note.write_text(made_of)


def installer() -> list[str]:
    if importlib.util.find_spec("pip"):
        options = ["--no-input", "--no-compile", "--disable-pip-version-check", "--root-user-action=ignore"]
        return [sys.executable, "-m", "pip", "install", *options]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", sys.executable]
    stop(f"{sys.executable} has no pip, which installs the packages. Install it, or uv.")


def stop(message: str) -> NoReturn:
    sys.exit(f"app/build.sh: {message}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), tests="--tests" in sys.argv)
