"""What is checked of every page: valid HTML, one h1 that matches the title, unique ids, labelled fields, tokens,
a policy, nothing inline, no English in Russian pages.

Everything is checked of every page but the grammar of its markup: html5lib takes as long for that as the page took to
make. It reads a page once for each state of its template: when a tag stands where none of its kind stood before.
"""

from __future__ import annotations

import re
from typing import Any

import html5lib
import lxml.html
from werkzeug.test import TestResponse

ENGLISH_PHRASE = re.compile(r"\b[A-Z]?[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
LABELLED = {"input", "select", "textarea"}
UNLABELLED_TYPES = {"hidden", "submit", "button", "image", "reset"}
ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?""")
TAG = re.compile(r"""<(/?)([a-zA-Z][\w:-]*)((?:\s+[^\s=>"'/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?)*)\s*(/?)>""")
ODD = re.compile(
    r"&(?!(?:#\d+|#x[\da-fA-F]+|amp|lt|gt|quot|nbsp);)|<|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd-\uffff]"
)
"""What could be wrong between tags: a reference that is none, a tag that is none, a character that none may be."""
CODE = re.compile(r"<!--.*?-->|(?<=<)(script|style)\b([^>]*)>.*?</\1(?=>)", re.DOTALL)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
Place = tuple[tuple[str, ...], str, bool, str, tuple[str, ...]]
"""Open tags, what was closed or opened just before, whether words stand between, the tag, its attributes."""

_known: set[Place] = set()
"""Places in which html5lib found nothing wrong."""


def check_page(response: TestResponse) -> None:
    where = f"{response.request.method} {response.request.path}"
    html = response.get_data(as_text=True)
    check_grammar(where, html)
    assert "Content-Security-Policy" in response.headers, f"{where}: no policy"
    document = lxml.html.document_fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    _check_structure(where, document)
    _check_inline(where, document)
    if response.request.environ.get("SCRIPT_NAME", "") == "" and not response.request.path.startswith("/en"):
        _check_language(where, document)


def check_grammar(where: str, html: str) -> None:
    """Fail when the markup is not valid HTML."""
    found = places(html)
    if found is not None and found <= _known:
        return
    parser = html5lib.HTMLParser()
    parser.parse(html)
    faults = [f"{code} at {position}" for position, code, _ in parser.errors]
    assert not faults, f"{where}: invalid HTML: {faults[:5]}"
    _known.update(found or ())


def places(html: str) -> set[Place] | None:
    """Where each tag stands, or None when something stands between them that must be read."""
    html = CODE.sub(lambda found: f"{found[1]}{found[2]}></{found[1]}" if found[1] else "", html)
    body = html.removeprefix("<!doctype html>")
    found: set[Place] = set()
    opened: list[str] = []
    before = "doctype" if body is not html else ""
    end = 0
    for tag in TAG.finditer(body):
        between, end = body[end : tag.start()], tag.end()
        closing, name, attributes, itself = tag.groups()
        if ODD.search(between) or ODD.search(attributes):
            return None
        what = closing + name + itself
        names = tuple(ATTRIBUTE.findall(attributes)) if attributes else ()
        found.add((tuple(opened), before, not between.isspace() and between != "", what, names))
        if closing:
            while opened and opened.pop() != name:
                pass
        elif not itself and name not in VOID:
            opened.append(name)
        before = what
    found.add((tuple(opened), before, bool(body[end:].strip()), "", ()))
    return None if ODD.search(body[end:]) else found


def _check_structure(where: str, document: Any) -> None:
    headings = list(document.iter("h1"))
    assert len(headings) == 1, f"{where}: {len(headings)} h1"
    title = _text(next(document.iter("title")))
    heading = _text(headings[0])
    assert title.startswith(heading), f"{where}: title «{title}» does not begin with h1 «{heading}»"
    ids = [str(name) for name in document.xpath("//@id") if name]
    doubled = {name for name in ids if ids.count(name) > 1} if len(set(ids)) < len(ids) else set()
    assert not doubled, f"{where}: ids twice: {doubled}"
    labels = {label.get("for") for label in document.iter("label")}
    for element in document.iter("input", "select", "textarea"):
        if element.get("type") not in UNLABELLED_TYPES:
            labelled = (
                element.get("id") in labels
                or next(element.iterancestors("label"), None) is not None
                or element.get("aria-label")
                or element.get("aria-labelledby")
            )
            assert labelled, f"{where}: field {element.get('name')} has no label"
    for form in document.iter("form"):
        if form.get("method", "get").lower() == "post":
            hidden = {field.get("name") for field in form.iter("input")}
            assert "csrf_token" in hidden, f"{where}: a form without a token"


def _check_inline(where: str, document: Any) -> None:
    for element in document.iter("*"):
        tag = element.tag
        assert element.get("style") is None, f"{where}: inline style on {tag}"
        assert tag != "style", f"{where}: inline style sheet"
        assert not (tag == "script" and not element.get("src") and element.get("type") != "application/ld+json"), (
            f"{where}: inline script"
        )
        assert not [name for name in element.attrib if str(name).startswith("on")], f"{where}: inline handler on {tag}"


def _check_language(where: str, document: Any) -> None:
    for element in next(document.iter("body")).iter():
        if element.tag in {"script", "code", "pre", "textarea"} or element.get("lang") == "en":
            continue
        for text in (element.text, element.tail, element.get("aria-label"), element.get("alt")):
            found = ENGLISH_PHRASE.search(text) if text else None
            assert not found, f"{where}: English in a Russian page: «{found.group(0) if found else ''}»"


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
