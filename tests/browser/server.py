"""A real installation for browser tests and screenshots: its own folder, database, demo world, server and worker."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "demo-2026-forum"


class Installation:
    """A demo world in `folder`, served at `address` between start() and stop()."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'tirazh.sqlite3'}"

    def environment(self) -> dict[str, str]:
        """The machine's environment without its settings for «Тираж»."""
        known = ("TIRAZH_", "DATABASE_URL", "SECRET_KEY", "MAIL_", "PUBLIC_URL", "HTTPS", "WORKER", "WEB_", "FLASK_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(known)}
        return kept | {
            "FLASK_APP": "app",
            "TIRAZH_VAR": str(self.folder),
            "TIRAZH_DEMO": "1",
            "PUBLIC_URL": self.address,
        }

    def prepare(self) -> None:
        """Migrate and load the demo world: about eight seconds."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for command in (("translations", "compile"), ("db", "upgrade"), ("demo",)):
            done = subprocess.run(
                [sys.executable, "-m", "flask", *command],
                cwd=ROOT,
                env=self.environment(),
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise RuntimeError(f"flask {' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")

    def copy(self, folder: Path) -> Installation:
        shutil.copytree(self.folder, folder)
        return Installation(folder)

    def start(self) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "-c", "bin/gunicorn.conf.py", "-b", f"127.0.0.1:{self.port}"]
        with (self.folder / "server.log").open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "wsgi:app"], cwd=ROOT, env=self.environment(), stdout=log, stderr=log
            )
        for _attempt in range(400):
            if self.process.poll() is not None:
                raise RuntimeError("The server did not start:\n" + self.log())
            try:
                urllib.request.urlopen(self.address + "/healthz", timeout=2).close()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError("The server did not answer in time:\n" + self.log())

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def log(self) -> str:
        """The end of what the server wrote."""
        return (self.folder / "server.log").read_text(errors="replace")[-4000:]


def free_port() -> int:
    """A free port below the range the system hands out to clients."""
    for port in random.sample(range(20_000, 32_700), 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("No free port between 20000 and 32700.")
