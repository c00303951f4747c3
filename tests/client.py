"""A test client that checks every page it opens."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kernel.db import db
from tests.checked import check_page

X = "{http://www.w3.org/1999/xhtml}"
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
    tag = re.sub(r" (/?>)$", r"\1", re.sub(rf"{SPACE}+", " ", tag))
    return tag if BLOCKS.fullmatch(name) else before + tag + after


class PageClient(FlaskClient):
    """Every HTML answer must be as `tests.checked` says."""

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
