"""Two web workers and connections that are kept alive: neither worker has many more than the other."""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.home.test_processes import free_port
from tests.outside import until

ROOT = Path(__file__).resolve().parents[2]
WHO = "def app(environ, start):\n    start('200 OK', [('Content-Length', '7')])\n    return [b'%7d' % os.getpid()]\n"


@pytest.fixture
def port(tmp_path) -> Iterator[int]:
    """The shipped worker class, with an application that says which process answers."""
    (tmp_path / "who.py").write_text("import os\n\n\n" + WHO)
    (tmp_path / "conf.py").write_text(
        "import runpy\nshipped = runpy.run_path('bin/gunicorn.conf.py')\n"
        "worker_class, child_exit = shipped['worker_class'], shipped['child_exit']\n"
    )
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", str(tmp_path / "conf.py"), "-b", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "4", "--keep-alive", "60", "--no-control-socket"]
    process = subprocess.Popen(
        [*command, "--pythonpath", str(tmp_path), "who:app"], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    until(lambda: len(workers(port)) == 2)
    yield port
    process.terminate()
    process.wait(20)


def ask(port: int) -> tuple[HTTPConnection, int]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/")
    return connection, int(connection.getresponse().read())


def workers(port: int) -> set[int]:
    """Whoever answers a dozen connections that are open at once."""
    try:
        asked = [ask(port) for _ in range(12)]
    except OSError:
        return set()
    for connection, _process in asked:
        connection.close()
    return {process for _connection, process in asked}


def test_who_has_fewer_connections_takes_the_next_ones(port):
    one, other = workers(port)
    os.kill(one, signal.SIGSTOP)
    asked = [ask(port) for _ in range(20)]
    os.kill(one, signal.SIGCONT)
    assert Counter(process for _connection, process in asked) == {other: 20}
    asked += [ask(port) for _ in range(20)]
    assert Counter(process for _connection, process in asked)[one] >= 17


def test_a_dead_worker_counts_no_longer(port):
    dead, other = workers(port)
    os.kill(dead, signal.SIGKILL)
    until(lambda: len(workers(port) - {dead}) == 2)
    asked = [ask(port) for _ in range(20)]
    shares = Counter(process for _connection, process in asked)
    assert len(shares) == 2
    assert shares[other] >= 7


def test_a_place_left_is_taken_again():
    board = runpy.run_module("home.sharing")["board"]
    one, two = board.take(), board.take()
    board.counts[one], board.counts[two] = 3, 1
    assert board.least() == 1
    board.leave(two)
    assert board.least() == 3
    assert board.take() == two
    assert board.least() == 0
