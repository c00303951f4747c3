#!/usr/bin/env python3
"""Make a fresh checkout ready to run: environment, browser parts, database, translations, demo world.

Uses only the standard library, may be repeated, and works offline once everything is installed.
    python3 bin/setup.py [--dev] [--no-demo]
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
VENDOR = ROOT / "static" / "vendor"
MODULES = ROOT / "node_modules"
FACES = ROOT / "bin" / "faces.py"
FONTS = ("400Regular", "500Medium", "600SemiBold", "700Bold")
PARTS = {
    "golos-text-cyrillic-wght-normal.woff2": "@fontsource-variable/golos-text/files/golos-text-cyrillic-wght-normal.woff2",
    "golos-text-latin-wght-normal.woff2": "@fontsource-variable/golos-text/files/golos-text-latin-wght-normal.woff2",
    "barcode-detector.js": "barcode-detector/dist/iife/ponyfill.js",
    "zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
    "axe.min.js": "axe-core/axe.min.js",
    "axe-ru.json": "axe-core/locales/ru.json",
} | {
    f"ttf/GolosText_{weight}.ttf": f"@expo-google-fonts/golos-text/{weight}/GolosText_{weight}.ttf" for weight in FONTS
}


def main() -> None:
    if sys.version_info < (3, 11):
        stop(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    dev = "--dev" in sys.argv
    packages("requirements-dev.txt" if dev else "requirements.txt")
    browser_parts(dev)
    run_python("-m", "flask", "translations", "compile", say="translations")
    run_python("-m", "compileall", "-q", *sources(), say="bytecode")
    if "--no-database" not in sys.argv:
        run_python("-m", "flask", "db", "upgrade", say="database")
        run_python("-m", "flask", "search", "rebuild", "--if-needed", say="search index")
        if "--no-demo" not in sys.argv and os.environ.get("TIRAZH_ENV") != "production":
            run_python("-m", "flask", "demo", "--if-empty", say="demo world (a minute the first time)", loud=True)


def sources() -> list[str]:
    """The product's modules and packages: compiled here, a server starts in two thirds of the time."""
    return [path.name for path in sorted(ROOT.iterdir()) if path.suffix == ".py" or (path / "__init__.py").exists()]


def packages(requirements: str) -> None:
    """Create .venv and install what `requirements` pins, unless that was done for the same file."""
    wanted = ROOT / requirements
    digest = hashlib.sha256(wanted.read_bytes() + (ROOT / "requirements.txt").read_bytes()).hexdigest()
    mark = VENV / f".installed-{requirements}"
    if mark.exists() and mark.read_text() == digest and PYTHON.exists():
        return
    if not PYTHON.exists():
        print("· environment", flush=True)
        try:
            venv.create(VENV, with_pip=True)
        except (subprocess.CalledProcessError, OSError):
            shutil.rmtree(VENV, ignore_errors=True)
            stop("The module venv cannot make an environment. On Debian or Ubuntu: apt install python3-venv")
    print(f"· packages of {requirements} (a few minutes the first time)", flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "-q", "-r", str(wanted)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        stop("Packages could not be installed. Is there a network?\n" + done.stderr.strip()[-1500:])
    mark.write_text(digest)


def browser_parts(dev: bool) -> None:
    """Fetch fonts and the scanner from npm and copy them to static/vendor; go on without when npm is out of reach."""
    wanted = (ROOT / "package-lock.json").read_bytes() + FACES.read_bytes()
    lock = hashlib.sha256(wanted).hexdigest() + ("-dev" if dev else "")
    mark = VENDOR / ".installed"
    if mark.exists() and mark.read_text() in (lock, lock + "-dev"):
        return
    npm = shutil.which("npm")
    if npm is None:
        missing("npm is not on this machine")
        return
    print("· browser parts", flush=True)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if not dev:
        command.append("--omit=dev")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        missing("npm could not fetch them: " + (done.stderr.strip().splitlines() or ["no reason given"])[-1])
        return
    for target, source in PARTS.items():
        if (MODULES / source).exists():
            (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(MODULES / source, VENDOR / target)
    run_python(str(FACES), str(VENDOR), say="typeface")
    mark.write_text(lock)


def missing(reason: str) -> None:
    print(
        f"! Fonts and the door's scanner are missing ({reason}).\n"
        "  The site works: system fonts are used, and the door takes photos and typed codes.\n"
        "  Run `make run` again when npm and a network are there.",
        flush=True,
    )


def run_python(*arguments: str, say: str, loud: bool = False) -> None:
    print(f"· {say}", flush=True)
    environment = os.environ | {"FLASK_APP": "app"}
    done = subprocess.run([str(PYTHON), *arguments], cwd=ROOT, env=environment, capture_output=not loud, text=True)
    if done.returncode:
        stop(f"This step failed: {say}\n" + ((done.stderr or "") + (done.stdout or "")).strip()[-2000:])


def stop(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
