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


class PageClient(FlaskClient):
    """Every HTML answer must be as `tests.checked` says."""

    def __init__(self, app: Flask, **kwargs: Any) -> None:
        super().__init__(app, app.response_class, use_cookies=True, **kwargs)
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
