"""Every file that leaves has its name from one place, and a Russian name arrives whole."""

from __future__ import annotations

import ast
from pathlib import Path
from urllib.parse import unquote

import pytest
from werkzeug.http import parse_options_header

from kernel.documents.sheets import XLSX
from kernel.downloads import download

ROOT = Path(__file__).resolve().parents[2]
ALONE = ROOT / "kernel" / "downloads.py"
OTHERS = {"tests", "bench", "bin", "migrations", "node_modules", ".venv", "var"}
"""Folders that are not the product's; bench sends forms."""


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("people-and-roles.xlsx", "people-and-roles.xlsx"),
        ("Тайшетский муниципальный округ, I квартал 2027 года.xlsx", "tayshetskiy-munitsipalnyy-okrug-i-kvartal-2027-goda.xlsx"),
        ("«…».pdf", "n.pdf"),
        ('a"b\\c; x=y.csv', 'a"b\\c; x=y.csv'),
        ("строка\r\nX-Evil: 1.csv", "stroka-x-evil-1.csv"),
        ("naïve café.docx", "naive-cafe.docx"),
        ("Ёж", "ezh"),
    ],
)  # fmt: skip
def test_a_name_is_told_to_old_programs_and_to_new_ones(name, plain):
    header = download(b"x", XLSX, name).headers["Content-Disposition"]
    assert header.isascii()
    assert "\n" not in header
    # Werkzeug's parser prefers the second name: the first is read by taking the second away.
    kind, first = parse_options_header(header.split("; filename*=")[0])
    assert (kind, first["filename"]) == ("attachment", plain)
    assert ("filename*" in header) == (not name.isascii())
    if "filename*" in header:
        assert unquote(header.partition("filename*=UTF-8''")[2]) == " ".join(name.split("\r\n"))


def test_what_a_browser_may_show_is_inline_and_text_says_its_letters():
    shown = download("BEGIN:VCALENDAR", "text/calendar", "forum.ics", inline=True)
    assert shown.headers["Content-Disposition"] == "inline; filename=forum.ics"
    assert shown.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert download(b"x", XLSX, "a.xlsx").headers["Content-Type"] == XLSX
    assert download("<svg/>", "image/svg+xml", "a.svg").headers["Content-Type"] == "image/svg+xml; charset=utf-8"


def test_no_other_module_names_a_file_by_hand():
    own = [file for file in ROOT.rglob("*.py") if OTHERS.isdisjoint(file.relative_to(ROOT).parts) and file != ALONE]
    assert len(own) > 200
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in own
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Constant) and isinstance(node.value, str) and "content-disposition" in node.value.lower())
        or (isinstance(node, ast.keyword) and node.arg in ("download_name", "as_attachment"))
    ]  # fmt: skip
    assert found == []
