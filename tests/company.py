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
    # Clusters that exist already are asked neither for their owner nor for accounts.
    own = cloud == "none"
    alike = {"cloud": cloud} if own else {"cloud": cloud, "accounts": accounts}
    of_a_platform = {"platform_parts": "existing"} if own else {"cluster": "shared"}
    made = {
        name: pristine(service_name=name, platform=PLATFORM, **of_a_platform, **alike)
        for name in SERVICES
    }
    bare = pristine(service_name=PLATFORM, kind="platform", **alike)
    platform = Path(shutil.copytree(bare, folder / PLATFORM))
    for repository in made.values():
        services.add(repository / "platform-request.yaml", platform)
    return {PLATFORM: platform, **made}
