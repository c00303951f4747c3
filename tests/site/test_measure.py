"""bin/measure.py counts on a made-up tree what its page says it counts."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TREE = {
    "templates/page.html": "<main>\n  <p>1</p>\n\n  <p>2</p>\n" + "x" * 161 + "\n",
    "static/site.css": ".a {\n  top: 0;\n}\n",
    "static/site.min.css": ".a{top:0}" * 100,
    "node_modules/other/page.html": "<p>\n" * 50,
    "one.py": "from typing import Any\nMOST = 3\nNAMES = ('a',)\nKEY = object()\n\n\ndef f(x: Any) -> Any:\n    return x\n",
    "two/code.py": "MOST: int = 4\nNAMES = ('a',)\nKEY = object()\n\n\ndef g():\n    a = 1\n    return a\n",
    "two/long.py": "x = 1\n" * 401,
    "migrations/versions/0001.py": "MOST = 5\n",
    "tests/test_one.py": "MOST = 6\n\n\ndef test_f():\n    assert True\n",
    "left_out.py": "MOST = 7\n",
}


@pytest.fixture
def measure():
    spec = importlib.util.spec_from_file_location("measure", ROOT / "bin" / "measure.py")
    sys.modules["measure"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["measure"]


@pytest.fixture
def tree(tmp_path):
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", *(TREE.keys() - {"left_out.py"})], cwd=tmp_path, check=True)
    return tmp_path


def test_each_row_of_the_table(measure, tree):
    assert measure.measured(tree) == {
        "template lines indented": "50.0 %",
        "template lines > 160 characters": "25.0 %",
        "CSS, bytes a line": "6",
        "clashing constants": "1",
        "`Any` a thousand lines": f"{1000 * 3 / (6 + 6 + 401):.1f}",
        "functions, median and longest": "2, 3",
        "files over 400 lines": "1",
        "tests : code": "0.01",
    }


def test_a_column_a_folder(measure, tree, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["measure.py", str(tree), str(tree)])
    measure.main()
    head, line, first, *_ = capsys.readouterr().out.splitlines()
    assert (head, line) == (f"| | {tree.name} |", "|---|---|")
    assert first == "| template lines indented | 50.0 % |"
