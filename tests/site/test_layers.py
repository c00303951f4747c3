"""The layers are the same in the contract, in STYLE and in the architecture, and every folder of code stands in them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
(CONTRACT,) = PROJECT["importlinter"]["contracts"]
BESIDE = {"bench", "tests"}
"""Packages that are no part of the application."""


def packages() -> set[str]:
    return {path.parent.name for path in ROOT.glob("*/__init__.py")} - BESIDE


@pytest.mark.parametrize("paper", ["STYLE.md", "docs/architecture.md", "docs/decisions/0037-layers-that-come.md"])
def test_papers_name_the_layers_of_the_contract(paper):
    text = (ROOT / paper).read_text(encoding="utf-8")
    assert re.findall(r"`([^`\n]+)`", re.search(r"^`home \|.*→.*$", text, re.MULTILINE).group(0)) == CONTRACT["layers"]


def test_what_exists_stands_without_brackets_and_is_looked_at():
    names = [name for layer in CONTRACT["layers"] for name in layer.split(" | ")]
    assert {name for name in names if not name.startswith("(")} == packages()
    assert set(PROJECT["importlinter"]["root_packages"]) == packages()
    assert set(PROJECT["mypy"]["files"]) - {"app.py", "config.py"} == packages()
