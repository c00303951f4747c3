"""One rule for dashes: a long one between words, bound to the word before it; a short one, without spaces, in ranges.

A long one by itself says that there is no value. Data are left as people wrote them.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.site.test_messages import FEATURES, ROOT

SHORT = re.compile(r"(^|[\s>\"'}])[–−]|[–−]([\s<\"']|$)")
"""A short dash, or a minus, that does not stand between the ends of a range."""
HYPHEN = re.compile(r"[ \u00a0]-[ \u00a0]")
LOOSE = re.compile(r"[^\u00a0\n]—(?! ?$)|(?<=.)—[^ \n]")
"""A long dash without a non-breaking space before it, or without a space after it."""
PLACE = "%s"
PLACES = re.compile(r"%\(\w+\)[sd]")
RANGE_ALONE = {"templates/registrations/my_parts/programme.html": "<small>–{{ slot.ends|clock }}</small>"}
"""The second half of a range whose first half stands in an element of its own."""


def messages(feature):
    """(what the code says, what is shown in Russian), forms of a plural one by one."""
    file = ROOT / "translations" / "ru" / f"{feature}.po"
    if not file.exists():
        return
    with file.open("rb") as opened:
        for message in read_po(opened, locale="ru"):
            if message.id:
                yield from (("en", text) for text in _forms(message.id))
                yield from (("ru", text) for text in _forms(message.string))


def _forms(text):
    return [PLACES.sub(PLACE, one) for one in (text if isinstance(text, (tuple, list)) else [text])]


@pytest.mark.parametrize("feature", FEATURES)
def test_messages(feature):
    wrong = [
        text
        for language, text in messages(feature)
        if SHORT.search(text) or HYPHEN.search(text) or (language == "ru" and LOOSE.search(text))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.*")), ids=lambda path: path.name)
def test_templates(path):
    name = path.relative_to(ROOT).as_posix()
    text = path.read_text(encoding="utf-8").replace(RANGE_ALONE.get(name, "\0"), "").replace('replace("-", "–")', "")
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\}\}–\{\{", "", text)
    if name == "templates/styleguide.html":  # data written as people write them
        return
    assert [line.strip() for line in text.splitlines() if SHORT.search(line)] == []


@pytest.mark.parametrize("feature", FEATURES)
def test_texts_joined_by_the_code(feature):
    """`kernel.text.DASH` joins them."""
    spaced = re.compile(r"[ \u00a0][–−][ \u00a0]| — ")
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in Path(ROOT / feature).rglob("*.py")
        for tree in [ast.parse(path.read_text(encoding="utf-8"))]
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
        if isinstance(part, ast.Constant) and spaced.search(part.value)
    ]
    assert wrong == []
