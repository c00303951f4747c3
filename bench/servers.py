"""Processes: the product and the bare page under gunicorn, their memory and their start."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType

from bench.client import HOST

ROOT = Path(__file__).resolve().parent.parent


class Server:
    """gunicorn with `config` serving `target` on a free port; a context manager."""

    def __init__(self, config: str, target: str) -> None:
        self.port = _free_port()
        self.command = [sys.executable, "-m", "gunicorn", "-c", config, "-b", f"127.0.0.1:{self.port}", target]
        self.seconds = 0.0
        """From exec to the first 200."""

    def __enter__(self) -> Server:
        started = time.perf_counter()
        self.process = subprocess.Popen(self.command, cwd=ROOT, stderr=subprocess.DEVNULL)
        while not self._answers():
            if self.process.poll() is not None or time.perf_counter() - started > 60:
                raise RuntimeError(f"does not start: {' '.join(self.command)}")
            time.sleep(0.002)
        self.seconds = time.perf_counter() - started
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait(20)

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", "/", headers={"Host": HOST})
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def memory(self) -> float:
        """PSS of the process tree in MB: master, web workers, job worker."""
        return sum(_pss(number) for number in _tree(self.process.pid)) / 1024

    def processes(self) -> int:
        return len(_tree(self.process.pid))


def product() -> Server:
    return Server("bin/gunicorn.conf.py", "wsgi:app")


def bare() -> Server:
    return Server("bench/gunicorn_bare.py", "bench.bare:app")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tree(root: int) -> list[int]:
    parents = {}
    for folder in os.listdir("/proc"):
        if folder.isdigit():
            try:
                parents[int(folder)] = int(Path(f"/proc/{folder}/stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [root]
    for number in found:
        found += [child for child, parent in parents.items() if parent == number]
    return found


def _pss(process: int) -> int:
    """kB."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
