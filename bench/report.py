"""The figures as a table, for a terminal or for docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence

from bench.load import REQUESTS, WARM, Memory, Start
from bench.measure import Result
from bench.rush import AIM_P95, AIM_RATE, AIM_SHARE, CLIENTS, CROWD, Rush

VERDICTS = {True: "holds", False: "MISSES", None: ""}


def case_rows(results: Sequence[Result]) -> list[list[str]]:
    rows = [["case", "median ms", "× bare", "p95 ×", "SQL", "bytes", "aim", ""]]
    for one in results:
        if one.case.seconds is not None:
            aim = f"≤ {one.case.seconds} s"
        else:
            aim = f"≤ {one.case.aim:g}" if one.case.aim is not None else ""
        figures = [f"{one.ms:.2f}", f"{one.ratio:.1f}", f"{one.ratio95:.1f}", str(one.asked), f"{one.bytes:,}"]
        rows.append([one.case.name, *figures, aim, VERDICTS[one.holds]])
    return rows


GROWTH = 1.5
"""A large world may cost so many times the small one."""


def growth_rows(small: Sequence[Result], large: Sequence[Result]) -> list[list[str]]:
    """The same cases in the demo world and in the large one, in requests of a bare page."""
    rows = [["case", "× bare, small", "× bare, large", "large / small", "SQL small", "SQL large", ""]]
    for one, other in zip(small, large, strict=True):
        ratio = other.ratio / one.ratio
        figures = [f"{one.ratio:.1f}", f"{other.ratio:.1f}", f"{ratio:.2f}", str(one.asked), str(other.asked)]
        rows.append([one.case.name, *figures, VERDICTS[ratio <= GROWTH]])
    return rows


MOST_STARTS = 2.5
LOADED = 200
"""MB, of two web workers, the job worker and their master."""


def rush_rows(rush: Rush) -> list[list[str]]:
    share = f"{rush.rate / rush.inserts:.2f} of what the database alone takes, {rush.inserts:.0f}"
    aim = f"≥ {AIM_RATE}, or {AIM_SHARE} of it"
    return [
        ["rush", "figure", "aim", ""],
        [f"sign-ups a second × {CLIENTS}", f"{rush.rate:.0f}: {share}", aim, VERDICTS[rush.holds]],
        [f"p95 of {rush.sign_ups:,} × {CROWD}", f"{rush.p95:.0f} ms", f"≤ {AIM_P95} ms", VERDICTS[rush.p95 <= AIM_P95]],
    ]


def machine_rows(memory: Memory | None, start: Start | None) -> list[list[str]]:
    rows = [["machine", "figure", "aim", ""]]
    if start is not None:
        figure = f"{start.product:.2f} s, a bare page {start.bare:.2f} s"
        aim = f"≤ {MOST_STARTS} bare starts"
        rows.append(["first answer after exec", figure, aim, VERDICTS[start.product <= MOST_STARTS * start.bare]])
    if memory is not None:
        grown, course = f"{memory.growth:+.0f} MB", " → ".join(f"{figure:.0f}" for figure in memory.rounds)
        rows += [
            [
                f"memory idle, {memory.processes} processes (PSS)",
                f"{memory.idle:.0f} MB",
                "≤ 150 MB",
                VERDICTS[memory.idle <= 150],
            ],
            [
                f"memory after each {REQUESTS:,} mixed requests",
                f"{course} MB",
                f"≤ {LOADED} MB",
                VERDICTS[memory.rounds[-1] <= LOADED],
            ],
            [f"growth since {WARM * REQUESTS:,} requests", grown, "none", VERDICTS[memory.growth <= 3]],
        ]
    return rows


def as_text(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if column in (0, len(row) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])


def as_markdown(rows: list[list[str]]) -> str:
    ruler = ["---"] + ["---:"] * (len(rows[0]) - 2) + ["---"]
    return "\n".join("| " + " | ".join(row) + " |" for row in [rows[0], ruler, *rows[1:]])
