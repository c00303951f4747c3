"""Papers that a reader trusts: one version everywhere, links that lead somewhere."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_one_version_in_package_changelog_and_exports():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    released = re.findall(r"^## (\S+) · \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[0] == version
    assert f'"generator": {{"name": "Тираж", "version": "{version}"}}' in (ROOT / "programme/exports.py").read_text()


def test_links_between_papers_lead_to_files():
    papers = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    links = {
        (paper, link)
        for paper in papers.splitlines()
        for link in re.findall(r"\]\(([^)#:\s…]+)(?:#[^)]*)?\)", (ROOT / paper).read_text())
    }
    assert sorted((paper, link) for paper, link in links if not (ROOT / paper).parent.joinpath(link).exists()) == []
