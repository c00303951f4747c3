"""Papers that a reader trusts: one version everywhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_one_version_in_package_changelog_and_exports():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    released = re.findall(r"^## (\S+) · \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[0] == version
    assert f'"generator": {{"name": "Тираж", "version": "{version}"}}' in (ROOT / "programme/exports.py").read_text()
