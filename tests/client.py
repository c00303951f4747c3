"""A test client that checks every page it opens."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kernel.db import db

X = "{http://www.w3.org/1999/xhtml}"
ENGLISH_PHRASE = re.compile(r"\b[A-Z]?[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
LABELLED = {"input", "select", "textarea"}
BLOCKS = re.compile(
    "html|head|body|meta|link|title|script|div|p|ul|ol|li|dl|dt|dd|table|thead|tbody|tfoot|tr|th|td|caption|section|article"
    "|aside|header|footer|nav|main|form|fieldset|legend|figure|figcaption|details|summary|h[1-6]|hr|br|option|optgroup"
    "|dialog|datalist|svg|g|path|rect|circle|line|text|use|image"
)
SPACE = r"[ \t\r\n]"
TAG = re.compile(rf"({SPACE}*)(</?([a-z][a-z0-9]*)(?:[^>\"]|\"[^\"]*\")*>)({SPACE}*)")
AS_TYPED = re.compile("(<textarea.*?</textarea>|<pre.*?</pre>)", re.DOTALL)
LINE_ENDS = re.compile(
    rf"(<[a-z][^>\"]*(?:\"[^\"]*\"[^>\"]*)*>){SPACE}*\n{SPACE}*|{SPACE}*\n{SPACE}*(</[a-z]+>)|{SPACE}*\n{SPACE}*"
)
UNLABELLED_TYPES = {"hidden", "submit", "button", "image", "reset"}


class Page(TestResponse):
    """As text, a page stands without the white space that depends on where a template's lines end: beside blocks, at
    both ends of what an element holds and, more than one space, inside tags. Between words a line end is a space."""

    def get_data(self, as_text: bool = False) -> Any:
        data = super().get_data(as_text)
        if as_text and self.mimetype == "text/html":
            parts = AS_TYPED.split(TAG.sub(_settled, data))
            return "".join(part if AS_TYPED.fullmatch(part) else LINE_ENDS.sub(_one_space, part) for part in parts)
        return data


def _one_space(found: re.Match[str]) -> str:
    opened, closed = found.groups()
    return opened or closed or " "


def _settled(found: re.Match[str]) -> str:
    before, tag, name, after = found.groups()
    tag = re.sub(rf"{SPACE}+", " ", tag)
    return tag if BLOCKS.fullmatch(name) else before + tag + after


class PageClient(FlaskClient):
    """Every HTML answer must be valid, with one h1 matching the title, unique ids, labelled fields,
    a policy, nothing inline, and no English in Russian pages."""

    def __init__(self, app: Flask, **kwargs: Any) -> None:
        super().__init__(app, app.response_class, use_cookies=True, **kwargs)
        self.response_wrapper = type("CheckedPage", (Page, app.response_class), {})
        self.checking = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # Tests run inside an application context; a request must not share its `g` and session with them.
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        db.session.rollback()
        for name, value in response.headers:
            assert value.isascii(), f"{name}: a real server sends no such header: {value}"
        if (
            self.checking
            and response.mimetype == "text/html"
            and response.data
            and response.status_code not in range(300, 400)
            and "/dev/mail/" not in response.request.path
        ):
            check_page(response)
        return response

    def token(self, path: str) -> str:
        """The CSRF token of the first form at `path`."""
        html = self.get(path).get_data(as_text=True)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
        assert found, f"no form with a token at {path}"
        return found.group(1)

    def submit(
        self, path: str, data: dict[str, Any] | None = None, page: str | None = None, **kwargs: Any
    ) -> TestResponse:
        """Open `page` (or `path`), take its token and post `data` to `path`."""
        return self.post(path, data={"csrf_token": self.token(page or path), **(data or {})}, **kwargs)


def check_page(response: TestResponse) -> None:
    where = f"{response.request.method} {response.request.path}"
    html = response.get_data(as_text=True)
    parser = html5lib.HTMLParser()
    document: Element = parser.parse(html)
    faults = [f"{code} at {position}" for position, code, _ in parser.errors]
    assert not faults, f"{where}: invalid HTML: {faults[:5]}"
    assert "Content-Security-Policy" in response.headers, f"{where}: no policy"
    _check_structure(where, document)
    _check_inline(where, document)
    if response.request.environ.get("SCRIPT_NAME", "") == "" and not response.request.path.startswith("/en"):
        _check_language(where, document)


def _check_structure(where: str, document: Element) -> None:
    headings = list(document.iter(f"{X}h1"))
    assert len(headings) == 1, f"{where}: {len(headings)} h1"
    title = _text(next(document.iter(f"{X}title")))
    heading = _text(headings[0])
    assert title.startswith(heading), f"{where}: title «{title}» does not begin with h1 «{heading}»"
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    doubled = {name for name in ids if ids.count(name) > 1}
    assert not doubled, f"{where}: ids twice: {doubled}"
    labels = {label.get("for") for label in document.iter(f"{X}label")}
    inside = {id(child) for label in document.iter(f"{X}label") for child in label.iter()}
    for element in document.iter():
        name = str(element.tag).removeprefix(X)
        if name in LABELLED and element.get("type") not in UNLABELLED_TYPES:
            labelled = (
                element.get("id") in labels
                or id(element) in inside
                or element.get("aria-label")
                or element.get("aria-labelledby")
            )
            assert labelled, f"{where}: field {element.get('name')} has no label"
        if name == "form" and element.get("method", "get").lower() == "post":
            hidden = {field.get("name") for field in element.iter(f"{X}input")}
            assert "csrf_token" in hidden, f"{where}: a form without a token"


def _check_inline(where: str, document: Element) -> None:
    for element in document.iter():
        tag = str(element.tag).split("}")[-1]
        assert element.get("style") is None, f"{where}: inline style on {tag}"
        assert tag != "style", f"{where}: inline style sheet"
        assert not (tag == "script" and not element.get("src") and element.get("type") != "application/ld+json"), (
            f"{where}: inline script"
        )
        assert not [name for name in element.attrib if str(name).startswith("on")], f"{where}: inline handler on {tag}"


def _check_language(where: str, document: Element) -> None:
    body = next(document.iter(f"{X}body"))
    for element in body.iter():
        if str(element.tag).split("}")[-1] in {"script", "code", "pre", "textarea"} or element.get("lang") == "en":
            continue
        for text in (element.text or "", element.tail or "", element.get("aria-label") or "", element.get("alt") or ""):
            found = ENGLISH_PHRASE.search(text)
            assert not found, f"{where}: English in a Russian page: «{found.group(0) if found else ''}»"


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())
