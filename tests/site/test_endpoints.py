"""No feature names an endpoint of one above it: it asks `page_url` for the page, or shows a panel."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"""["']([a-z_]+\.[a-z_0-9]+)["']""")
SHARED = {"components", "layouts", "errors", "documents"}
"""Templates that every feature uses: they may name what the kernel may."""


def ranks() -> dict[str, int]:
    """The layer of each feature, the lowest 0."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [layers] = [one["layers"] for one in project["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    return {name.strip(): rank for rank, line in enumerate(reversed(layers)) for name in line.split("|")}


def sources(rank: dict[str, int]) -> Iterator[tuple[str, Path]]:
    """(feature, file): modules of features, and templates by their folder; those of no folder are the top's."""
    for feature in rank:
        yield from ((feature, path) for path in (ROOT / feature).rglob("*.py"))
    top = max(rank, key=lambda feature: rank[feature])
    for path in (ROOT / "templates").rglob("*.*"):
        folder = path.relative_to(ROOT / "templates").parts[0]
        yield (folder if folder in rank else "kernel" if folder in SHARED else top), path


@pytest.mark.parametrize("text", ['url_for("home.work")', "path_for('adoption.start', slug=1)"])
def test_an_endpoint_is_seen_where_it_is_named(text, application):
    assert [name for name in NAMED.findall(text) if name in application.view_functions]


def test_lower_layers_name_no_endpoint_of_upper_ones(application):
    rank = ranks()
    owner = {name: view.__module__.split(".")[0] for name, view in application.view_functions.items()}
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for feature, path in sources(rank)
        for name in NAMED.findall(path.read_text(encoding="utf-8"))
        if (above := owner.get(name)) in rank and above != feature and rank[above] >= rank[feature]
    ]
    assert wrong == []
