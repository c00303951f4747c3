"""A day of the programme as a table: a column for each section, a row for each time at which something begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from forum.models import Section
from programme.rules import PAUSES, plenary_sections
from programme.timetable import Item


class Block(NamedTuple):
    """Items of one column that overlap, as a rule one, from the first beginning to the last end."""

    starts: datetime
    ends: datetime
    items: tuple[Item, ...]


Pause = tuple[datetime, datetime, str]
"""From when to when, under which title."""


class Cell(NamedTuple):
    """A cell of the table, over so many rows and columns; without items it is free."""

    items: tuple[Item, ...]
    rows: int = 1
    columns: int = 1


class Row(NamedTuple):
    """What begins at `starts`; `ends` is when the next row begins, or when all of it is over."""

    starts: datetime
    ends: datetime
    cells: tuple[Cell, ...]


class Grid(NamedTuple):
    """Plenaries, and pauses that all sections make together, go across all columns."""

    columns: tuple[Section, ...]
    rows: tuple[Row, ...]


def grid(items: Sequence[Item], sections: Sequence[Section]) -> Grid:
    """The items of one day as a table; `sections` in the order of their columns."""
    plenaries = plenary_sections(items)
    by_section = {section: _blocks(item for item in items if item.section is section) for section in sections}
    columns = {section: blocks for section, blocks in by_section.items() if blocks and section.id not in plenaries}
    across = _blocks(item for item in items if item.section_id in plenaries)
    if any(_meet(one, other) for one in across for blocks in columns.values() for other in blocks):
        columns, across = {section: blocks for section, blocks in by_section.items() if blocks}, []
    pauses = _common_pauses(list(columns.values()))
    across += pauses.values()
    columns = {
        section: [block for block in blocks if _pause(block) not in pauses] for section, blocks in columns.items()
    }
    return Grid(tuple(columns), _rows(list(columns.values()), {block.starts: block for block in across}))


def _blocks(items: Iterable[Item]) -> list[Block]:
    blocks: list[Block] = []
    for item in sorted(items, key=lambda one: (one.starts, one.ends, one.id)):
        if blocks and item.starts < blocks[-1].ends:
            last = blocks.pop()
            blocks.append(Block(last.starts, max(last.ends, item.ends), (*last.items, item)))
        else:
            blocks.append(Block(item.starts, item.ends, (item,)))
    return blocks


def _meet(one: Block, other: Block) -> bool:
    return one.starts < other.ends and other.starts < one.ends


def _common_pauses(columns: list[list[Block]]) -> dict[Pause, Block]:
    """The pauses that every one of several columns makes under one title, each told once, by the first column."""
    if len(columns) < 2:
        return {}
    kept = [{pause: block for block in blocks if (pause := _pause(block))} for blocks in columns]
    shared = set(kept[0]).intersection(*kept[1:])
    return {pause: block for pause, block in kept[0].items() if pause in shared}


def _pause(block: Block) -> Pause | None:
    only = block.items[0]
    alone = len(block.items) == 1 and only.kind in PAUSES and not only.cancelled
    return (block.starts, block.ends, only.title.casefold()) if alone else None


def _rows(columns: list[list[Block]], across: Mapping[datetime, Block]) -> tuple[Row, ...]:
    blocks = [block for column in columns for block in column] + list(across.values())
    times = sorted({block.starts for block in blocks})
    last = max((block.ends for block in blocks), default=None)
    begins = [{block.starts: block for block in column} for column in columns]
    rows = []
    for index, time in enumerate(times):
        running = max(block.ends for block in blocks if block.starts <= time)
        following = times[index + 1] if index + 1 < len(times) else last
        ends = min(running, following or running)
        rows.append(Row(time, ends, _cells(time, times, columns, begins, across)))
    return tuple(rows)


def _cells(
    time: datetime,
    times: list[datetime],
    columns: list[list[Block]],
    begins: list[dict[datetime, Block]],
    across: Mapping[datetime, Block],
) -> tuple[Cell, ...]:
    if time in across:
        return (Cell(across[time].items, columns=len(columns)),)
    cells = []
    for blocks, begun in zip(columns, begins, strict=True):
        if block := begun.get(time):
            cells.append(Cell(block.items, sum(block.starts <= one < block.ends for one in times)))
        elif not any(one.starts < time < one.ends for one in blocks):
            cells.append(Cell(()))
    return tuple(cells)
