"""Static targets of Prometheus, also of configurations inside other files."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.scrape_targets import targets

HEAD = "scrape_configs:\n  - job_name: shop\n    static_configs:\n"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('      - targets: ["shop:8080"]\n', [("shop", "8080")]),
        (
            "      - targets:\n          - shop:8080\n          - 'db:9100'\n",
            [("shop", "8080"), ("db", "9100")],
        ),
        ("      - targets:\n        - shop:8080 # ours:1111\n", [("shop", "8080")]),
        ("      - targets: [shop.default.svc:8080]\n", [("shop.default.svc", "8080")]),
    ],
)
def test_targets_are_hosts_and_ports(
    lines: str, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    found = targets(written(tmp_path, {"prometheus.yml": HEAD + lines}))
    assert [(one.host, one.port) for one in found] == expected
    assert {one.path for one in found} == {Path("prometheus.yml")}


@pytest.mark.parametrize(
    "lines",
    [
        '      - targets: ["{{ .Values.host }}:8080"]\n',
        "      - targets: [$HOST:8080]\n",
        "      - targets: [shop]\n",
        "      - labels: {address: 'shop:8080'}\n",
        "      # - targets: [shop:8080]\n",
    ],
    ids=["an action", "a variable", "no port", "a label", "a comment"],
)
def test_other_lines_have_no_target(lines: str, tmp_path: Path) -> None:
    assert targets(written(tmp_path, {"prometheus.yml": HEAD + lines})) == ()


def test_a_list_of_targets_ends_with_the_next_key(tmp_path: Path) -> None:
    text = HEAD + "      - targets:\n          - shop:8080\n    other:\n          - db:9100\n"
    assert [one.host for one in targets(written(tmp_path, {"prometheus.yml": text}))] == ["shop"]


def test_a_configuration_in_a_config_map_is_read_with_its_lines(tmp_path: Path) -> None:
    inner = "".join(
        f"    {line}\n" for line in (HEAD + "      - targets: [shop:8080]").splitlines()
    )
    text = f"apiVersion: v1\nkind: ConfigMap\ndata:\n  prometheus.yml: |\n{inner}"
    (one,) = targets(written(tmp_path, {"k8s/config.yaml": text}))
    assert one.place.line == 8


def test_targets_of_other_programs_are_left_out(tmp_path: Path) -> None:
    text = "targets:\n  - shop:8080\n"
    assert targets(written(tmp_path, {"proxy.yml": text})) == ()
