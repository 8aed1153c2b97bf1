"""The template that a user names for a new repository: an address or a folder, and a release."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import StoreError
from scaffolder.template import bundled, git_mirror, manifest, releases
from scaffolder.template.releases import History, Release
from scaffolder.template.render import Origin
from scaffolder.tools.toolchain import Toolchain

OPTION = "scaffold new NAME --template"


@dataclass(frozen=True, kw_only=True)
class Named:
    """A template as it was typed (`spec`), without a password, and what it stands for."""

    spec: str
    origin: Origin

    @property
    def asks(self) -> frozenset[str]:
        """The names of its questions."""
        from scaffolder.template import answers  # with YAML, which `--help` does not need

        return frozenset(question.name for question in answers.questions(self.origin.folder))


def named(spec: str, toolchain: Toolchain) -> Named:
    """Return the template of `spec`: "URL" or "PATH", with "@vX.Y.Z" if not the newest release.

    Its releases are fetched now; a network is used only if `spec` is an address on one.

    Raises:
        StoreError: it cannot be read or recorded, lacks the release, or is not a Copier template.
        RenderError: it wants to run code, which scaffolder does for no template.

    """
    address, ref = split(spec)
    _refuse_a_plain_folder(address)
    history = releases.at(git_mirror.recordable(address, OPTION), toolchain)
    release = _release(history, ref)
    origin = manifest.origin(history, release, toolchain)
    what = f"{release.tag} at {history.address}"
    if not any((origin.folder / name).is_file() for name in ("copier.yml", "copier.yaml")):
        raise StoreError(
            f"{what} is not a Copier template: it has no copier.yml",
            hint="https://copier.readthedocs.io/en/stable/creating/ explains templates",
        )
    bundled.refuse_code(origin.folder, f"the template {what}")
    return Named(spec=f"{history.address}@{release.tag}" if ref else history.address, origin=origin)


def split(spec: str) -> tuple[str, str]:
    """Return the address of `spec`, and its release, "" if it names none.

    The `@` of a user (git@HOST:PATH, https://USER@HOST/PATH) begins no release, nor does one in the
    name of a folder that exists.
    """
    address, at, ref = spec.rpartition("@")
    of_a_user = ":" in ref or "/" in ref or not address or address.endswith("/")
    return (spec, "") if not at or of_a_user or Path(spec).is_dir() else (address, ref)


def _refuse_a_plain_folder(address: str) -> None:
    """Stop where `address` is neither an address nor a Git repository."""
    known = git_mirror.located(address)
    if "://" in known or ":" in known.partition("/")[0]:
        return
    folder = Path(known).expanduser()
    if not folder.exists():
        raise StoreError(
            f"{address} is neither a folder nor the address of a Git repository",
            hint="an address is https://HOST/GROUP/NAME.git or ssh://HOST/GROUP/NAME.git",
        )
    if not any((folder / name).exists() for name in (".git", "HEAD")):
        raise StoreError(
            f"{address} is not a Git repository, and a repository records a release of it",
            hint=f"git -C {address} init, commit, and git -C {address} tag v0.1.0",
        )


def _release(history: History, ref: str) -> Release:
    if not ref:
        return history.newest
    for release in history.releases:
        if release.version == ref.removeprefix("v"):
            return release
    known = ", ".join(release.tag for release in history.releases)
    raise StoreError(
        f"{ref} is not a release of {history.address}, which has {known}",
        hint=f"{OPTION} {history.address}@{history.newest.tag}; a release is a tag vX.Y.Z",
    )
