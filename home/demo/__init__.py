"""The demo world: readable files of `demo/`, loaded by the importers and operations users have."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import current_app

Say = Callable[[str], object]


def folder() -> Path:
    return Path(current_app.root_path) / "demo"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the demo world."""
    with (folder() / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


Data = dict[str, Any]
"""What a file of the demonstration holds."""


def table(name: str) -> Data:
    """A TOML file of the demo world."""
    with (folder() / name).open("rb") as file:
        return tomllib.load(file)
