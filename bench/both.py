"""The same run on SQLite and on PostgreSQL, each in a process of its own, as one report with what misses at its end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from bench.report import VERDICTS, as_markdown

DATABASES = {"SQLite": (), "PostgreSQL": ("--postgresql",)}
LEFT_OUT = {"p95 ×", "bytes"}
"""Columns that one database's own report has."""
AIM, VERDICT = "aim", ""
MISSES = VERDICTS[False]


class Table(NamedTuple):
    said: list[str]
    """What the report says before it."""
    rows: list[list[str]]
    """The first names the columns."""


def compare(arguments: Sequence[str]) -> None:
    reports = [
        tables(subprocess.run([*_BENCH, *extra, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout)
        for extra in DATABASES.values()
    ]
    missed: list[str] = []
    for one, other in zip(*reports, strict=True):
        heads = [f"{name}: {said}" for name, said in _differing(one.said, other.said)]
        print("\n".join([*heads, "", as_markdown(joined(one.rows, other.rows)), ""]), flush=True)
        missed += missing(one.rows, other.rows)
    print("What misses:\n")
    print("\n".join(f"- {line}" for line in missed) or "nothing.")


_BENCH = (sys.executable, "-m", "bench", "--markdown")


def tables(report: str) -> list[Table]:
    """The tables of a report in Markdown."""
    found: list[Table] = []
    said: list[str] = []
    rows: list[list[str]] = []
    for line in [*report.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line[1:-1].split("|")])
            continue
        if rows:
            found.append(Table(said, [rows[0], *rows[2:]]))
            said, rows = [], []
        if line:
            said.append(line)
    return found


def joined(one: list[list[str]], other: list[list[str]]) -> list[list[str]]:
    """Rows of the same name side by side: figures of the one database, of the other, the aim, who misses it."""
    shown = [column for column in one[0][1:] if column not in {AIM, VERDICT, *LEFT_OUT}]
    theirs = {row[0]: dict(zip(other[0], row, strict=True)) for row in other[1:]}
    rows = [[one[0][0], *(f"{name}, {column}" for name in DATABASES for column in shown), AIM, VERDICT]]
    for row in one[1:]:
        pair = dict(zip(one[0], row, strict=True)), theirs.get(row[0], {})
        figures = [side.get(column, "") for side in pair for column in shown]
        rows.append([row[0], *figures, pair[0].get(AIM, ""), _verdict([side.get(VERDICT, "") for side in pair])])
    return rows


def _verdict(verdicts: list[str]) -> str:
    missing = [name for name, verdict in zip(DATABASES, verdicts, strict=True) if verdict == MISSES]
    if missing:
        return f"{' and '.join(missing)}: {MISSES}"
    return verdicts[0] or verdicts[1]


def missing(*sides: list[list[str]]) -> list[str]:
    """What misses its aim, a line each."""
    found = []
    for name, rows in zip(DATABASES, sides, strict=True):
        columns = rows[0]
        for row in rows[1:]:
            if row[-1] == MISSES:
                figures = [f"{row[n]} {column}" for n, column in enumerate(columns) if column in ("× bare", "figure")]
                aim = f", aim {row[columns.index(AIM)]}" if AIM in columns else ""
                found.append(f"{name}: {row[0]}: {'; '.join(figures).removesuffix(' figure')}{aim}")
    return found


def _differing(one: list[str], other: list[str]) -> list[tuple[str, str]]:
    """What both say is said once."""
    pairs = list(zip_longest(one, other, fillvalue=""))
    names = list(DATABASES)
    return [
        pair
        for left, right in pairs
        for pair in ([("Both", left)] if left == right else [(names[0], left), (names[1], right)])
        if pair[1]
    ]
