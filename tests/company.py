"""A company: the repositories of a platform, which has three services on its list, and of these."""

from __future__ import annotations

import shutil
from pathlib import Path

from support import Repository

from scaffolder.operate import services

SERVICES = ("pay-api", "pay-web", "shop")
PLATFORM = "acme"


def company(
    cloud: str, pristine: Repository, folder: Path, accounts: str = "one"
) -> dict[str, Path]:
    """Return the repositories by name; the platform's is in `folder`, with all services on its list."""
    alike = {"cloud": cloud, "accounts": accounts}
    made = {
        name: pristine(service_name=name, cluster="shared", platform=PLATFORM, **alike)
        for name in SERVICES
    }
    bare = pristine(service_name=PLATFORM, kind="platform", **alike)
    platform = Path(shutil.copytree(bare, folder / PLATFORM))
    for repository in made.values():
        services.add(repository / "platform-request.yaml", platform)
    return {PLATFORM: platform, **made}
