"""Put the template into the wheel, without leftovers of Terraform or an editor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEFT_BY_TOOLS = {".terraform", ".terraform.lock.hcl", "__pycache__", ".DS_Store"}


class TemplateHook(BuildHookInterface[Any]):
    """Maps each file of the template to scaffolder/_template.

    An editable install uses the checkout itself.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files of the template to a wheel that is built."""
        if version == "editable":
            return
        root = Path(self.root)
        files = [
            root / "copier.yml",
            root / "versions.yml",
            root / "notes.yml",
            root / "presets.yml",
            *(path for path in (root / "templates").rglob("*")),
        ]
        schema = "report.schema.json"  # whoever reads our JSON finds its form where the package is
        build_data["force_include"][str(root / "docs" / schema)] = f"scaffolder/report/{schema}"
        for path in files:
            relative = path.relative_to(root)
            if path.is_file() and LEFT_BY_TOOLS.isdisjoint(relative.parts):
                build_data["force_include"][str(path)] = (
                    f"scaffolder/_template/{relative.as_posix()}"
                )
