"""Messages that the extractor would not see."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FEATURES = sorted(
    folder.parent.name for folder in ROOT.glob("*/__init__.py") if folder.parent.name not in ("bench", "tests")
)
MARKS = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "pgettext"}


@pytest.mark.parametrize("feature", FEATURES)
def test_no_message_stands_inside_an_f_string(feature):
    """Babel does not look into f-strings: such a message would stay English, and the check would not tell."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in (ROOT / feature).rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MARKS
    ]
    assert hidden == []
