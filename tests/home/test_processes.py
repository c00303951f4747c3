"""The real server with its worker, and a slow mail server: what an order to stop leaves behind."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from http.client import HTTPConnection
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from accounts import operations
from activity.models import Letter, LetterStatus
from kernel.db import db
from kernel.jobs import Job, enqueue
from kernel.transaction import writing
from tests import factories
from tests.outside import until

pytestmark = pytest.mark.differs

ROOT = Path(__file__).resolve().parents[2]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS = 60
WEB = (sys.executable, "-m", "gunicorn", "-c", "bin/gunicorn.conf.py", "--no-control-socket", "wsgi:app")
WORKER = (sys.executable, "-m", "flask", "--app", "app", "worker")


class SlowMailbox:
    """An SMTP handler that takes its time for each letter."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.taken: list[str] = []

    async def handle_DATA(self, server, session, envelope):
        name = str(message_from_bytes(envelope.content)["Message-ID"])
        self.begun.append(name)
        await asyncio.sleep(0.3)
        self.taken.append(name)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailbox() -> Iterator[tuple[SlowMailbox, int]]:
    box, port = SlowMailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture
def begin(app, tmp_path, mailbox) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a process of the site on the test's database."""
    begun = []

    def start(*command: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {
            "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""),
            "TIRAZH_VAR": str(tmp_path),
            "TIRAZH_ENV": "test",
            "SECRET_KEY": app.config["SECRET_KEY"],
            "MAIL_URL": f"smtp://127.0.0.1:{mailbox[1]}",
            "WEB_CONCURRENCY": "1",
        }
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        begun.append(process)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def queue_letters() -> None:
    """Letters and a job for a worker that goes by the system's clock."""
    with writing():
        for number in range(LETTERS):
            operations.invite(factories.user(f"p{number}@example.org", "Примерова Анна"), by=None)
        db.session.execute(update(Letter).values(created_at=LONG_AGO, next_at=LONG_AGO))
        enqueue("erase-file", run_after=LONG_AGO, uuid="00000000-0000-0000-0000-000000000000")


def sent() -> Counter[str]:
    db.session.rollback()
    letters = db.session.scalars(select(Letter).where(Letter.status == LetterStatus.sent))
    return Counter(f"<{letter.message_id}@localhost>" for letter in letters)


def erased() -> bool:
    db.session.rollback()
    return db.session.scalar(select(Job.done_at).where(Job.kind == "erase-file")) is not None


def ask(port: int, path: str, **headers: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.parametrize("command", [WEB, WORKER], ids=["web", "worker"])
def test_an_order_to_stop_waits_for_the_letter_in_hand_and_for_no_other(mailbox, begin, command):
    box, port = mailbox[0], free_port()
    queue_letters()
    process = begin(*command, *(("-b", f"127.0.0.1:{port}") if command == WEB else ()))
    until(lambda: len(box.taken) > 2)
    until(erased)  # jobs do not wait for the letters
    if command == WEB:
        assert '"worker":true' in ask(port, "/healthz")[1]
    until(lambda: len(box.begun) > len(box.taken))
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
    assert len(box.taken) < LETTERS // 2
    assert sent() == Counter(box.taken) == Counter(set(box.begun))
    held = select(Letter.id).where(Letter.status == LetterStatus.queued, Letter.next_at != LONG_AGO)
    assert db.session.scalars(held).all() == []


def test_a_visitor_does_not_say_where_the_site_is(begin):
    """By default gunicorn takes both from whoever it believes, and a proxy may let such names pass."""
    port = free_port()
    process = begin(*WEB, "-b", f"127.0.0.1:{port}")

    def answers() -> bool:
        try:
            return ask(port, "/healthz")[0] == 200
        except OSError:
            return False

    until(answers)
    code, page = ask(port, "/forums/", SCRIPT_NAME="/elsewhere", PATH_INFO="/elsewhere/healthz")
    assert (code, "<h1" in page, "elsewhere" in page) == (200, True, False)
    process.send_signal(signal.SIGTERM)
    assert process.wait(15) == 0
