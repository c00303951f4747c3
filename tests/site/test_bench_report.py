"""The report of both databases: rows side by side, who misses what."""

from __future__ import annotations

from bench.both import joined, missing, tables
from bench.report import as_markdown

HEAD = ["case", "median ms", "× bare", "p95 ×", "SQL", "bytes", "aim", ""]
ONE = [
    HEAD,
    ["page", "1.00", "1.0", "1.2", "2", "100", "≤ 2", "holds"],
    ["list", "9.00", "9.0", "9.9", "6", "900", "", ""],
    ["scan", "5.00", "5.0", "5.5", "4", "50", "≤ 4", "MISSES"],
]
OTHER = [
    HEAD,
    ["page", "3.00", "3.0", "3.2", "3", "100", "≤ 2", "MISSES"],
    ["list", "8.00", "8.0", "9.9", "7", "900", "", ""],
    ["scan", "6.00", "6.0", "6.5", "4", "50", "≤ 4", "MISSES"],
]
MACHINE = [["machine", "figure", "aim", ""], ["memory", "210 MB", "≤ 200 MB", "MISSES"]]


def test_a_report_is_read_as_its_tables():
    report = f"bare page: 1.00 ms\n\n{as_markdown(ONE)}\n\nRegions\n\n{as_markdown(MACHINE)}\n"
    assert [(table.said, table.rows) for table in tables(report)] == [
        (["bare page: 1.00 ms"], ONE),
        (["Regions"], MACHINE),
    ]


def test_rows_stand_side_by_side():
    assert joined(ONE, OTHER) == [
        [
            "case",
            *("SQLite, median ms", "SQLite, × bare", "SQLite, SQL"),
            *("PostgreSQL, median ms", "PostgreSQL, × bare", "PostgreSQL, SQL"),
            *("aim", ""),
        ],
        ["page", "1.00", "1.0", "2", "3.00", "3.0", "3", "≤ 2", "PostgreSQL: MISSES"],
        ["list", "9.00", "9.0", "6", "8.00", "8.0", "7", "", ""],
        ["scan", "5.00", "5.0", "4", "6.00", "6.0", "4", "≤ 4", "SQLite and PostgreSQL: MISSES"],
    ]


def test_what_misses_is_told():
    assert missing(ONE, OTHER) == [
        "SQLite: scan: 5.0 × bare, aim ≤ 4",
        "PostgreSQL: page: 3.0 × bare, aim ≤ 2",
        "PostgreSQL: scan: 6.0 × bare, aim ≤ 4",
    ]
    assert missing(MACHINE, MACHINE) == [
        "SQLite: memory: 210 MB, aim ≤ 200 MB",
        "PostgreSQL: memory: 210 MB, aim ≤ 200 MB",
    ]
