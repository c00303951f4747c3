"""How many SQL statements a case takes, transaction control left out: one pass in this process."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from bench.cases import Case
from bench.client import HOST, Answer

CONTROL = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")


class InProcess:
    """The client of `bench.client`, without a network."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client(use_cookies=False)
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        return self._open(path, method="GET", headers=headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        return self._open(path, method="POST", data=fields, headers=headers)

    def upload(self, path: str, fields: dict[str, str], name: str, file: tuple[str, bytes]) -> Answer:
        import io

        return self._open(path, method="POST", data={**fields, name: (io.BytesIO(file[1]), file[0])}, headers={})

    def _open(self, path: str, *, headers: dict[str, str], **rest: Any) -> Answer:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response = self.client.open(
            path, base_url=f"http://{HOST}", headers={k: v for k, v in headers.items() if v}, **rest
        )
        for cookie in response.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status_code, response.data, {k.lower(): v for k, v in response.headers})


def count_statements(app: Flask, case: Case, cookies: dict[str, str]) -> int:
    from kernel.db import db

    visitor = InProcess(app)
    visitor.cookies.update(cookies)
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(CONTROL):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    case.run(_ready(case, visitor))
    _ready(case, visitor)
    event.listen(engine, "before_cursor_execute", note)
    try:
        case.run(visitor)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def _ready(case: Case, visitor: InProcess) -> InProcess:
    case.before(visitor)
    return visitor
