"""STYLE.md's table of files is true: every module is of a kind it names, or stands in its list with a reason."""

import ast
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "STYLE.md").read_text(encoding="utf-8")
INSIDE = PAGE[PAGE.index("## Inside a feature") : PAGE.index("### Modules with a word of their own")]
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
FEATURES = [name for name in TOOLS["importlinter"]["root_packages"] if name != "kernel"]
MODULES = sorted(
    path.relative_to(ROOT) for name in FEATURES for path in (ROOT / name).rglob("*.py") if path.name != "__init__.py"
)
KINDS = set(re.findall(r"`([a-z_]+(?:\.py|/))`", "".join(re.findall(r"^\|([^|]*)\|", INSIDE, re.MULTILINE))))
NAMED = dict(re.findall(r"^- `([a-z_/*]+\.py)` (.+)$", PAGE, re.MULTILINE))
"""Modules with a word of their own: what each is, by path."""
LINES = 400


def kind_of(path):
    if path.name in KINDS:
        return path.name
    return next((f"{folder}/" for folder in path.parent.parts if f"{folder}/" in KINDS), None)


def name_of(path):
    return next((name for name in NAMED if fnmatch(str(path), name)), None)


def test_the_page_was_read():
    assert {"queries.py", "views/", "documents.py"} <= KINDS
    assert len(NAMED) > 20


def test_every_module_is_of_a_kind_or_has_a_word_of_its_own():
    assert [str(path) for path in MODULES if kind_of(path) is None and name_of(path) is None] == []


def test_every_kind_and_every_name_on_the_page_is_there():
    assert KINDS - {kind_of(path) for path in MODULES} == set()
    assert set(NAMED) - {name_of(path) for path in MODULES if kind_of(path) is None} == set()


def test_selects_stand_where_the_page_says():
    sentence = re.search(r"^`select` is called in (.+) only;", INSIDE, re.MULTILINE)
    readers = set(re.findall(r"`([a-z]+\.py)`", sentence[1]))
    assert readers == {"queries.py", "counts.py", "entries.py"}
    selects = {path: free_selects(path) for path in MODULES if path.name not in readers}
    excused = {path for path in MODULES if "selects:" in NAMED.get(name_of(path) or "", "")}
    assert {str(path): lines for path, lines in selects.items() if lines and path not in excused} == {}
    assert [str(path) for path in excused if not selects[path]] == []


def free_selects(path):
    """Lines of `path` that call `select`; in operations those that lock (`… .with_for_update()`) are free."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    calls = {node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) == "select"}
    if path.name == "operations.py":
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) == "with_for_update":
                calls -= set(ast.walk(node))
    return sorted(node.lineno for node in calls)


def called(node):
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def test_no_file_is_too_long():
    ours = [
        *MODULES,
        *(path.relative_to(ROOT) for name in ("kernel", "bin", "bench") for path in (ROOT / name).rglob("*.py")),
    ]
    long = {
        str(path): number for path in ours if (number := len((ROOT / path).read_text("utf-8").splitlines())) > LINES
    }
    assert long == {}


def test_what_gives_a_select_to_go_on_with_says_so():
    """Functions others import that make a select end in `_statement`; those that only narrow one take it."""
    wrong = [
        f"{path}: {node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and ast.unparse(node.returns or ast.Constant(None)).startswith("Select[")
        and not any(ast.unparse(one.annotation or ast.Constant(None)).startswith("Select[") for one in node.args.args)
        and not node.name.endswith("_statement")
    ]
    assert wrong == []


def test_a_world_of_a_test_says_what_stands_in_it():
    """It is a dataclass, not a dictionary of strings, and its fixture is called by what it is."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("*.py")}
    fixtures = [
        (f"{path.relative_to(ROOT)}: {node.name}", node)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any("fixture" in ast.unparse(one) for one in node.decorator_list)
    ]
    assert len(fixtures) > 50
    assert [name for name, node in fixtures if node.name == "world"] == []
    assert [
        name
        for name, node in fixtures
        for one in ast.walk(node)
        if isinstance(one, ast.Return) and isinstance(one.value, ast.Dict) and one.value.keys
    ] == []
