"""Nothing lies about in templates/ and static/: what nobody names would be kept up for ever."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = {
    path.relative_to(ROOT / "templates").as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "templates").rglob("*.html"))
}
STYLEGUIDE = "styleguide.html"
"""Shows what the product has: being shown there is no use."""
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in sorted(ROOT.rglob("*.py"))
    if path.relative_to(ROOT).parts[0] not in {".venv", "node_modules", "tests"}
)
IMPORT = re.compile(r'\{%-? from "([^"]+)" import (.+?)(?: with context)? -?%\}', re.DOTALL)


def imported(text: str) -> list[tuple[str, str, str]]:
    """(template, macro, its name here) of each import."""
    found = []
    for source, names in IMPORT.findall(text):
        for name in names.split(","):
            macro, _as, alias = name.strip().partition(" as ")
            found.append((source, macro, alias or macro))
    return found


def calls(name: str, text: str) -> bool:
    return re.search(rf"(?<![.\w]){name}\(", IMPORT.sub("", text).replace(f"macro {name}(", "")) is not None


def test_what_is_imported_is_used() -> None:
    unused = [(path, name) for path, text in TEMPLATES.items() for *_, name in imported(text) if not calls(name, text)]
    assert unused == []


def test_every_macro_is_used_by_the_product() -> None:
    taken = {
        (source, macro) for path, text in TEMPLATES.items() if path != STYLEGUIDE for source, macro, _ in imported(text)
    }
    taken |= {pair for text in TEMPLATES.values() for pair in re.findall(r'drawn\(\s*"([^"]+)",\s*"(\w+)"', text)}
    macros = [(path, name) for path, text in TEMPLATES.items() for name in re.findall(r"\{%-? macro (\w+)\(", text)]
    assert [
        (path, name) for path, name in macros if (path, name) not in taken and not calls(name, TEMPLATES[path])
    ] == []


def test_a_field_is_made_by_a_macro() -> None:
    """Label, hint, error and their ids belong together: components/ does that once."""
    by_hand = re.compile(r"<(?:input(?![^>]*type=\"hidden\")|select|textarea)\b")
    assert [path for path, text in TEMPLATES.items() if by_hand.search(text) and "components/" not in path] == []


def test_every_template_is_named_somewhere() -> None:
    named = "\n".join(TEMPLATES.values()) + CODE
    letters = re.compile(r"(?:\w+/)*letters/(\w+)\.html")  # named by their kind: `@letter_kind`
    assert [
        path
        for path in TEMPLATES
        if f'"{path}"' not in named and not ((letter := letters.fullmatch(path)) and letter[1] in CODE)
    ] == []


def test_every_place_of_a_panel_is_taken() -> None:
    places = {place for text in TEMPLATES.values() for place in re.findall(r'panels\("([\w.]+)"', text)}
    assert [place for place in sorted(places) if f'"{place}"' not in CODE] == []


def test_every_module_is_loaded() -> None:
    """By an attribute of its name, by another module, or by a page."""
    folder = ROOT / "static" / "js"
    modules = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.js")}
    pages = "\n".join(TEMPLATES.values())
    linked = "\n".join(modules.values()) + pages
    assert [
        name
        for name in sorted(modules)
        if not re.search(rf"\bdata-{name}\b(?!-)", pages) and not re.search(rf"(?:\./|js/){name}\.js", linked)
    ] == []
