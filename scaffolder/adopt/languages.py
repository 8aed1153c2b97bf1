"""Whether a service is written in a language that the template does not have."""

from __future__ import annotations

from pathlib import Path

from scaffolder.adopt.found import by_weight
from scaffolder.errors import ProjectError
from scaffolder.formats.regex import regex
from scaffolder.repository import files, reading
from scaffolder.repository.facts.versions_of_images import runtime_of, split
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES

_OF_IMAGES = {
    ".NET": regex(r"(?:^|/)dotnet/(?:aspnet|runtime|sdk|runtime-deps|framework)"),
    "PHP": regex(r"(?:^|/)(?:php|composer|wordpress|frankenphp)$"),
    "Ruby": regex(r"(?:^|/)(?:ruby|rails|jruby|truffleruby)$"),
    "Rust": regex(r"(?:^|/)(?:rust|rust-musl-builder|cargo-chef)$"),
    "Elixir": regex(r"(?:^|/)elixir$"),
    "Erlang": regex(r"(?:^|/)erlang$"),
    "Scala": regex(r"(?:^|/)(?:sbt|scala-sbt)$"),
    "Clojure": regex(r"(?:^|/)clojure$"),
    "Swift": regex(r"(?:^|/)swift$"),
    "Dart": regex(r"(?:^|/)(?:dart|flutter)$"),
    "Haskell": regex(r"(?:^|/)haskell$"),
    "C or C++": regex(r"(?:^|/)gcc$"),
    "Perl": regex(r"(?:^|/)perl$"),
    "Deno": regex(r"(?:^|/)deno$"),
    "Bun": regex(r"(?:^|/)bun$"),
}
"""The names of images that bring a language, without tags."""


def refuse_another(project: Project) -> None:
    """Stop if the service is in a language that the template does not have.

    The image decides, from its last stage to its first: it holds what runs. Without one, a build
    in another language at the root decides, unless a build of a service that the template has is
    beside it: a package.json for assets or tests is none.

    Raises:
        ProjectError: naming the language, and the file that shows it.

    """
    language, file = _of_the_image(project)
    if language is None:
        language, file = _of_the_builds(project)
    if language:
        runtimes = ", ".join(RUNTIMES)
        raise ProjectError(
            f"{project.root} is written in {language} ({file.as_posix()}), "
            "which the template does not have",
            hint=f"the template has {runtimes}; `scaffold check` reads any repository, and "
            "`scaffold adopt --only checks` adds a job for it",
        )


def _of_the_image(project: Project) -> tuple[str | None, Path]:
    """Return the language of the service's image, "" if the template has it, None if unknown."""
    for file in sorted(files.dockerfiles(project), key=by_weight)[:1]:
        read = reading.stages(project, file)
        stages = tuple(reversed(read.stages)) if read else ()
        # The last stage may be made from the first, beside which a front end is built.
        for stage in (read.base(stages[0]), *stages) if read and stages else ():
            if runtime_of(stage.image):
                return "", file
            name = split(stage.image.lower())[0]
            for language, pattern in _OF_IMAGES.items():
                if pattern.search(name):
                    return language, file
    return None, Path()


def _of_the_builds(project: Project) -> tuple[str, Path]:
    others = files.other_languages(project)
    known = any(
        any(project.has(name) for name in files.MANIFESTS[value]) and runtime.is_service(project)
        for value, runtime in RUNTIMES.items()
    )
    return ("", Path()) if known else next(iter(others.items()), ("", Path()))
