"""A day as a table: which cell stands where, and what goes across."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from forum.models import Section
from programme.grid import Grid, grid
from programme.models import SlotKind, TalkFormat
from programme.timetable import Item

PLENARY, FIRST, SECOND = (Section(id=number, slug=f"s{number}", name=f"S{number}") for number in (1, 2, 3))
SECTIONS = (PLENARY, FIRST, SECOND)
TALK, PAUSE = SlotKind.talk, SlotKind.break_


def item(section: Section, times: str, title: str = "", kind: SlotKind = TALK, cancelled: bool = False) -> Item:
    """`times`: "10:00–10:20"."""
    starts, ends = (datetime(2027, 4, 22, *map(int, time.split(":")), tzinfo=UTC) for time in times.split("–"))
    title = title or f"{section.slug} {times[:5]}"
    number = section.id * 10_000 + starts.hour * 60 + starts.minute + len(title)
    return Item(
        number,
        f"T{number}",
        "",
        kind,
        TalkFormat.in_person,
        title,
        "",
        starts,
        ends,
        0,
        cancelled,
        starts,
        starts,
        section,
        None,
        None,
        (),
    )


def drawn(table: Grid) -> list[str]:
    """A line a row: its times, then its cells, as «titles», ×rows, and »columns."""
    return [
        f"{row.starts:%H:%M}–{row.ends:%H:%M} | "
        + " | ".join(
            "+".join(one.title for one in cell.items)
            + (f" ×{cell.rows}" if cell.rows > 1 else "")
            + (f" »{cell.columns}" if cell.columns > 1 else "")
            for cell in row.cells
        )
        for row in table.rows
    ]


PARALLEL = [item(FIRST, "11:00–11:20"), item(SECOND, "11:00–11:20")]


def test_a_plenary_goes_across_and_has_no_column():
    table = grid([item(PLENARY, "10:00–10:40", "Открытие"), *PARALLEL], SECTIONS)
    assert [section.slug for section in table.columns] == ["s2", "s3"]
    assert drawn(table) == ["10:00–10:40 | Открытие »2", "11:00–11:20 | s2 11:00 | s3 11:00"]


def test_a_long_item_stands_beside_several_short_ones():
    table = grid(
        [item(FIRST, "11:00–12:00", "Мастерская"), *(item(SECOND, f"11:{n}0–11:{n + 1}0") for n in (0, 2, 4))], SECTIONS
    )
    assert drawn(table) == [
        "11:00–11:20 | Мастерская ×3 | s3 11:00",
        "11:20–11:40 | s3 11:20",
        "11:40–12:00 | s3 11:40",
    ]


def test_a_free_time_is_a_free_cell():
    table = grid([*PARALLEL, item(SECOND, "11:30–11:50")], SECTIONS)
    assert drawn(table) == ["11:00–11:20 | s2 11:00 | s3 11:00", "11:30–11:50 |  | s3 11:30"]


def test_items_of_one_section_at_once_share_a_cell():
    table = grid([*PARALLEL, item(FIRST, "11:10–11:30", "Показ")], SECTIONS)
    assert drawn(table) == ["11:00–11:30 | s2 11:00+Показ | s3 11:00"]


@pytest.mark.parametrize(
    ("second", "line"),
    [
        ({}, ["11:20–11:40 | Кофе »2"]),
        ({"title": "Обед"}, ["11:20–11:40 | Кофе | Обед"]),
        ({"times": "11:20–11:50"}, ["11:20–11:50 | Кофе | Кофе"]),
        ({"cancelled": True}, ["11:20–11:40 | Кофе | Кофе"]),
        ({"kind": TALK}, ["11:20–11:40 | Кофе | Кофе"]),
    ],
)
def test_a_pause_of_all_is_told_once(second, line):
    pause = {"times": "11:20–11:40", "title": "Кофе", "kind": PAUSE}
    table = grid([*PARALLEL, item(FIRST, **pause), item(SECOND, **(pause | second))], SECTIONS)
    assert drawn(table)[1:] == line


def test_a_plenary_into_which_a_pause_of_others_reaches_gets_a_column():
    table = grid(
        [item(PLENARY, "10:00–10:40", "Открытие"), item(FIRST, "10:30–10:50", "Кофе", PAUSE), *PARALLEL], SECTIONS
    )
    assert [section.slug for section in table.columns] == ["s1", "s2", "s3"]
    assert drawn(table) == [
        "10:00–10:30 | Открытие ×2 |  | ",
        "10:30–10:50 | Кофе | ",
        "11:00–11:20 |  | s2 11:00 | s3 11:00",
    ]


def test_one_section_alone_is_one_column_and_nothing_is_no_row():
    assert drawn(grid([item(FIRST, "10:00–10:20"), item(FIRST, "10:20–10:40", "Кофе", PAUSE)], SECTIONS)) == [
        "10:00–10:20 | s2 10:00",
        "10:20–10:40 | Кофе",
    ]
    assert grid([], SECTIONS) == Grid((), ())


def test_every_row_of_the_demonstration_fills_the_table_exactly():
    """However items lie, cells and those above that reach down make up all columns."""
    items = [
        item(section, f"{hour}:{minute:02}–{hour + (minute + length) // 60}:{(minute + length) % 60:02}")
        for section, step, length in ((PLENARY, 25, 45), (FIRST, 15, 15), (SECOND, 35, 20))
        for hour in (9, 10, 11)
        for minute in range(0, 60, step)
    ]
    table = grid(items, SECTIONS)
    reach = [0] * len(table.columns)
    for row in table.rows:
        free = [index for index, left in enumerate(reach) if not left]
        assert sum(cell.columns for cell in row.cells) == len(free)
        for index, cell in zip(free, row.cells, strict=True):
            reach[index] = cell.rows
        reach = [left - 1 for left in reach]
    assert sum(len(cell.items) for row in table.rows for cell in row.cells) == len(items)
