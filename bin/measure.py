"""How legible a code base is, measured alike for every one: a Markdown table, a column a folder.

python bin/measure.py [FOLDER …]        (this repository by default)

template lines indented   of all lines with something on them in .html, .jinja, .jinja2, .j2, .erb: those that begin with
                          white space
… > 160 characters        of the same lines
CSS, bytes a line         of .css and .scss: bytes by lines with something on them; what is minified (.min.) left out
clashing constants        names in capitals given to different values at the head of different modules (literals only)
`Any` a thousand lines    the word in Python outside tests
functions                 median and longest, in lines from `def` to the last, outside tests and migrations
files over 400 lines      Python outside tests and migrations
tests : code              lines of Python with something on them
"""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = {".html", ".jinja", ".jinja2", ".j2", ".erb"}
STYLES = {".css", ".scss"}
LEFT_OUT = {"migrations", "node_modules", "vendor", ".venv", "vendored"}


class Source(NamedTuple):
    path: Path
    lines: list[str]

    @property
    def tests(self) -> bool:
        return any(re.fullmatch(r"tests?|spec|test_.*|.*_test|conftest", Path(part).stem) for part in self.path.parts)


def sources(folder: Path) -> Iterator[Source]:
    """What git knows of, as lines with something on them; what others wrote and what migrates is left out."""
    listed = subprocess.run(["git", "ls-files"], cwd=folder, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        path = Path(name)
        if path.suffix not in TEMPLATES | STYLES | {".py"} or LEFT_OUT & set(path.parts) or ".min." in path.name:
            continue
        text = (folder / path).read_text(encoding="utf-8", errors="replace")
        yield Source(path, [line for line in text.split("\n") if line.strip()])


def measured(folder: Path) -> dict[str, str]:
    """The rows of one column."""
    files = list(sources(folder))
    code = [file for file in files if file.path.suffix == ".py" and not file.tests]
    trees = {file.path: ast.parse((folder / file.path).read_bytes()) for file in code}
    return {
        **markup([line for file in files if file.path.suffix in TEMPLATES and not file.tests for line in file.lines]),
        **styles([file for file in files if file.path.suffix in STYLES]),
        "clashing constants": str(len(clashing(trees))),
        **python(code, trees),
        "tests : code": tests_to_code(files),
    }


def markup(lines: list[str]) -> dict[str, str]:
    return {
        "template lines indented": share(sum(line[0].isspace() for line in lines), len(lines)),
        "template lines > 160 characters": share(sum(len(line) > 160 for line in lines), len(lines)),
    }


def styles(files: list[Source]) -> dict[str, str]:
    lines = [line for file in files for line in file.lines]
    size = sum(len(line.encode()) + 1 for line in lines)
    return {"CSS, bytes a line": f"{size / len(lines):.0f}" if lines else "–"}


def python(code: list[Source], trees: dict[Path, ast.Module]) -> dict[str, str]:
    lines = sum(len(file.lines) for file in code)
    spans = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    uses = sum(len(re.findall(r"\bAny\b", line)) for file in code for line in file.lines)
    return {
        "`Any` a thousand lines": f"{1000 * uses / lines:.1f}" if lines else "–",
        "functions, median and longest": f"{statistics.median(spans):.0f}, {max(spans)}" if spans else "–",
        "files over 400 lines": str(sum(len(file.lines) > 400 for file in code)),
    }


def clashing(trees: dict[Path, ast.Module]) -> dict[str, dict[Path, str]]:
    """Names in capitals with the modules that give them different literal values."""
    given: dict[str, dict[Path, str]] = defaultdict(dict)
    for path, tree in trees.items():
        for node in tree.body:
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AnnAssign)
                else []
            )
            if node_value := getattr(node, "value", None):
                for target in targets:
                    if (
                        isinstance(target, ast.Name)
                        and re.fullmatch(r"_?[A-Z][A-Z0-9_]+", target.id)
                        and literal(node_value)
                    ):
                        given[target.id][path] = ast.dump(node_value)
    return {name: places for name, places in sorted(given.items()) if len(set(places.values())) > 1}


def literal(node: ast.expr) -> bool:
    """A value that can be read where it stands; calls (a blueprint, a logger) are each module's own."""
    return not any(isinstance(part, ast.Call | ast.Name | ast.Attribute | ast.Lambda) for part in ast.walk(node))


def tests_to_code(files: list[Source]) -> str:
    tests, code = (
        sum(len(file.lines) for file in files if file.path.suffix == ".py" and file.tests is of) for of in (True, False)
    )
    return f"{tests / code:.2f}" if code else "–"


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def main() -> None:
    folders = [Path(name).resolve() for name in sys.argv[1:]] or [ROOT]
    columns = {folder.name: measured(folder) for folder in folders}
    print("| | " + " | ".join(columns) + " |\n|---" + "|---" * len(columns) + "|")
    for row in next(iter(columns.values())):
        print(f"| {row} | " + " | ".join(column[row] for column in columns.values()) + " |")


if __name__ == "__main__":
    main()
