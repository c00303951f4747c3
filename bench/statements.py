"""What a case asks of the database, by what the driver sends and the server answers: one pass in this process."""

from __future__ import annotations

import os
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from bench.cases import Case
from bench.client import HOST, Answer

CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE", "DEALLOCATE", "DISCARD", "SET")
TURNS = 8
"""A driver prepares a statement on the server when it has come a few times: it is counted as it runs from then on."""


LEFT = ["Query", ' "END"']
"""How a reading transaction ends: nobody waits for the answer (`kernel.postgresql`)."""


class Counted(NamedTuple):
    statements: int = 0
    control: int = 0
    """BEGIN, COMMIT, ROLLBACK and the like."""
    journeys: int = 0
    """To a server and back: how often PostgreSQL said that it is ready for more and somebody waited. None to a file."""

    def __str__(self) -> str:
        """«16 + 8», and of a server «16 + 8, 24 journeys»."""
        far = f", {self.journeys} journeys" if self.journeys else ""
        return f"{self.statements} + {self.control}{far}"


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


def count_statements(app: Flask, case: Case, cookies: dict[str, str]) -> Counted:
    from kernel.db import db

    visitor = InProcess(app)
    visitor.cookies.update(cookies)
    with app.app_context():
        engine = db.engine
    with NamedTemporaryFile("r", prefix="tirazh-trace-") as trace:
        heard = Heard(trace.name)
        engine.dispose()  # the connections to come are listened to
        event.listen(engine, "connect", heard.listen)
        try:
            for _turn in range(min(case.times, TURNS)):
                case.before(visitor)
                heard.forget()
                case.run(visitor)
            return heard.counted()
        finally:
            event.remove(engine, "connect", heard.listen)
            engine.dispose()


class Heard:
    """What went over the connections of an engine, as their drivers tell: SQLAlchemy does not see all of it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.seen: list[str] = []
        self.from_here = 0

    def listen(self, connection: object, _record: object) -> None:
        if type(connection).__module__.startswith("sqlite3"):
            connection.set_trace_callback(self.seen.append)
            return
        from psycopg.pq import Trace

        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        connection.pgconn.trace(descriptor)
        connection.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)

    def forget(self) -> None:
        self.seen.clear()
        self.from_here = os.path.getsize(self.path)

    def counted(self) -> Counted:
        if self.seen:
            control = sum(statement.startswith(CONTROL) for statement in self.seen)
            return Counted(len(self.seen) - control, control, 0)
        with open(self.path, encoding="utf-8", errors="replace") as trace:
            trace.seek(self.from_here)
            lines = [line.rstrip("\n").split("\t") for line in trace]
        ends = [line[3].strip(' "') for line in lines if line[0] == "B" and line[2] == "CommandComplete"]
        control = sum(end.startswith(CONTROL) for end in ends)
        ready = sum(line[0] == "B" and line[2] == "ReadyForQuery" for line in lines)
        left = sum(line[0] == "F" and line[2:] == LEFT for line in lines)
        return Counted(len(ends) - control, control, ready - left)
