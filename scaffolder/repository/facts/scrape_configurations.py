"""Configurations of Prometheus: which jobs they scrape, and which files of rules they load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

from scaffolder.model import Location
from scaffolder.repository.facts.rule_groups import yaml_with
from scaffolder.repository.kubernetes_objects import dig
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, place


@dataclass(frozen=True, kw_only=True)
class ScrapeConfiguration:
    """A file of Prometheus; `jobs` are all that its series may have, by name."""

    path: Path
    jobs: dict[str, Location]
    rule_files: tuple[str, ...]

    def loads(self, file: Path) -> bool:
        """Return whether Prometheus loads a file of rules: near, and named by a pattern."""
        near = self.path.parent
        inside = file.is_relative_to(near) or file.is_relative_to(near.parent)
        return inside and any(
            fnmatch(file.name, PurePosixPath(pattern).name) for pattern in self.rule_files
        )


def configurations(project: Project) -> tuple[ScrapeConfiguration, ...]:
    """Return the configurations whose series have the names of jobs that are written in them."""
    return project.once("scrape configurations", lambda: tuple(_configurations(project)))


def _configurations(project: Project) -> Iterator[ScrapeConfiguration]:
    for file, document in yaml_with(project, "scrape_configs"):
        scraped = listed(dig(document, "scrape_configs"))
        patterns = tuple(one for one in listed(dig(document, "rule_files")) if isinstance(one, str))
        if not scraped or not patterns or _has_others(document, scraped):
            continue
        jobs = {
            str(one["job_name"]): place(project, file, line_of(one, "job_name"))
            for one in scraped
            if isinstance(one, dict) and "job_name" in one
        }
        if jobs and not any("$" in name or "{" in name for name in jobs):
            yield ScrapeConfiguration(path=file, jobs=jobs, rule_files=patterns)


def _has_others(document: Any, scraped: list[Any]) -> bool:
    """Return whether series may have other jobs: of other files, of who is asked, or relabelled."""
    if dig(document, "scrape_config_files") or dig(document, "remote_read"):
        return True
    return any(
        one.get("honor_labels") is True or _names_jobs(one)
        for one in scraped
        if isinstance(one, dict)
    )


def _names_jobs(scraped: dict[Any, Any]) -> bool:
    rules = [
        *listed(scraped.get("relabel_configs")),
        *listed(scraped.get("metric_relabel_configs")),
    ]
    if any(
        dig(rule, "target_label") == "job" or dig(rule, "action") == "labelmap" for rule in rules
    ):
        return True
    static = listed(scraped.get("static_configs"))
    return any("job" in (dig(one, "labels") or {}) for one in static) or any(
        str(key).endswith(("file_sd_configs", "http_sd_configs")) for key in scraped
    )
