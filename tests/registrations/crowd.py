"""A crowd: processes with an application each, sending requests to one database at the same moment."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from typing import Any

Request = tuple[str, dict[str, str] | None]
"""Where to post, and what; None: the page is looked at."""
Answer = tuple[int, str]
"""Status, and where it leads or what it says."""
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Crowd:
    """`size` processes that wait for work; `send` hands each its requests and gathers the answers.

    They are forked from one that has loaded the application and nothing else.
    """

    def __init__(self, size: int, settings: dict[str, Any]) -> None:
        forking = multiprocessing.get_context("forkserver")
        forking.set_forkserver_preload(["app", "tests.conftest"])
        self.barrier = forking.Barrier(size)
        self.pipes: list[Connection] = []
        self.processes = []
        for _number in range(size):
            ours, theirs = forking.Pipe()
            process = forking.Process(target=_work, args=(theirs, self.barrier, settings), daemon=True)
            process.start()
            self.pipes.append(ours)
            self.processes.append(process)
        for pipe in self.pipes:
            assert pipe.recv() == "ready"

    def meet(self, page: str, *identities: str) -> None:
        """Begin on a fresh database: forms come from `page`; the processes are signed in as `identities` in turn."""
        for number, pipe in enumerate(self.pipes):
            pipe.send((page, identities[number % len(identities)] if identities else ""))
        for pipe in self.pipes:
            assert pipe.recv() == "met"

    def send(self, requests: Sequence[Request]) -> list[Answer]:
        """Spread `requests` over the processes, let them go at once, wait for every answer."""
        for number, pipe in enumerate(self.pipes):
            pipe.send(list(requests[number :: len(self.pipes)]))
        return [answer for pipe in self.pipes for answer in pipe.recv()]

    def close(self) -> None:
        for pipe in self.pipes:
            pipe.send(None)
        for process in self.processes:
            process.join(10)


def part() -> None:
    """Wait for the end of the process that crowds are forked from: what it used counts as this process's own."""
    forkserver._forkserver._stop()


def _work(pipe: Connection, barrier: Any, settings: dict[str, Any]) -> None:
    from app import create_app
    from kernel.db import set_clock
    from tests.conftest import NOW

    set_clock(lambda: NOW)
    app = create_app(settings)
    pipe.send("ready")
    client, token = app.test_client(), ""
    while (message := pipe.recv()) is not None:
        if isinstance(message, tuple):
            client, token = _enter(app, *message)
            pipe.send("met")
            continue
        barrier.wait(60)
        pipe.send(
            [_ask(client, path, None if data is None else data | {"csrf_token": token}) for path, data in message]
        )


def _enter(app: Any, page: str, identity: str) -> tuple[Any, str]:
    """A client with a session, and the token of the form at `page`, which serves as long as the session."""
    from kernel.db import db

    with app.app_context():
        db.engine.dispose()
    client = app.test_client()
    if identity:
        with client.session_transaction() as session:
            session["_user_id"] = identity
            session["_fresh"] = True
    found = TOKEN.search(client.get(page).get_data(as_text=True))
    assert found, f"no form at {page}"
    return client, found.group(1)


def _ask(client: Any, path: str, data: dict[str, str] | None) -> Answer:
    if data is None:
        page = client.get(path)
        return page.status_code, page.get_data(as_text=True)
    response = client.post(path, data=data, headers={"Accept": "application/json"})
    said = response.get_json().get("answer", "") if response.is_json and response.status_code == 200 else ""
    return response.status_code, response.location or said
