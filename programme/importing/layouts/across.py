"""A timetable with rooms or sections across: each cell is an item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from flask_babel import gettext as _

from kernel.documents.extent import MAX_EMPTY_CELLS
from kernel.documents.grids import Grid, Sheet, Span
from kernel.documents.headings import plain
from kernel.documents.separated import HEAD
from kernel.documents.sheets import as_text
from kernel.text import clean, sort_key
from programme.importing.layouts.context import Context, Familiar, is_day
from programme.importing.layouts.talks import GENERAL, Reading, Talk, complete, end_by_next, is_timed, split_cell
from programme.importing.layouts.words import ROOM, SECTION, SHARED, is_person, may_be_name, section_name, take_room
from programme.importing.times import read_when, split_range


class Stream(NamedTuple):
    """What a column's items share."""

    section: str
    room: str


class Frame(NamedTuple):
    """Where the timetable stands on its sheet."""

    head: int
    time: int
    end: int | None
    streams: dict[int, Stream]
    """By column."""


def frame_of(grid: Grid, familiar: Familiar) -> Frame | None:
    """The timetable's frame: a column of times, above it rooms or sections; None when this is no such sheet."""
    timed = [
        (row, column) for row, cells in enumerate(grid[:200]) for column, cell in enumerate(cells) if is_timed(cell)
    ]
    if not timed:
        return None
    time = min(column for _row, column in timed)
    first = min(row for row, column in timed if column == time)
    head = next((row for row in range(first - 1, max(first - HEAD, -1), -1) if _texts(grid[row], time)), None)
    if head is None:
        return None
    end = time + 1 if sum(column == time + 1 for _row, column in timed) * 2 > len(timed) // 2 + 1 else None
    names = {column: text for column, text in _texts(grid[head], time).items() if column != end}
    body = grid[first:]
    if not names or not _are_streams(names, body, familiar):
        return None
    above = _texts(grid[head - 1], time) if head else {}
    sections = (
        above if len(set(above.values())) > 1 and all(not is_day(text, familiar) for text in above.values()) else {}
    )
    return Frame(head, time, end, _streams(names, sections, familiar))


def _texts(cells: list[object], time: int) -> dict[int, str]:
    return {column: clean(plain(cell)) for column, cell in enumerate(cells) if column > time and plain(cell)}


def _are_streams(names: dict[int, str], body: Grid, familiar: Familiar) -> bool:
    """Rooms or sections by their words or because the forum has them; else columns without people's names."""
    known = familiar.sections | familiar.rooms
    alike = sum(bool(ROOM.search(text) or SECTION.match(text) or sort_key(text) in known) for text in names.values())
    if alike * 2 >= len(names):
        return True
    return len(names) > 1 and not any(_holds_people(column, body) for column in names)


def _holds_people(column: int, body: Grid) -> bool:
    cells = [plain(row[column]) for row in body[:100] if column < len(row) and plain(row[column])]
    named = sum(is_person(cell) or may_be_name(cell.split(",")[0]) for cell in cells)
    return not cells or named * 2 >= len(cells)


def _streams(names: dict[int, str], sections: dict[int, str], familiar: Familiar) -> dict[int, Stream]:
    found, section = {}, ""
    for column in sorted(names):
        section = sections.get(column, section)
        rest, room = take_room(names[column])
        is_section = SECTION.match(rest) or sort_key(rest) in familiar.sections
        if not room and (section or not is_section or sort_key(names[column]) in familiar.rooms):
            rest, room = "", names[column]
        named = section or rest
        room = room[:1].upper() + room[1:]
        found[column] = Stream(section_name(named, familiar.sections) if named else "", room)
    return found


def read_across(sheet: Sheet, frame: Frame, context: Context, reading: Reading, where: str) -> None:
    """Add the sheet's items; `where` names the sheet in their places."""
    spans = {(span.top, span.left): span for span in sheet.merged}
    covered = _covered(sheet)
    for row in range(frame.head + 1, len(sheet.rows)):
        if not row % 100:
            reading.check_effort()
        cells = sheet.rows[row]
        texts = {column: text for column, text in _texts_in(cells, frame).items() if (row, column) not in covered}
        start, end = _when(sheet, frame, row, row)
        if not is_timed(start):
            _divide(cells, texts, frame, context, reading, f"{where}{row + 1}")
            continue
        for group in _groups(row, texts, spans, frame):
            last = max(spans[row, column].bottom if (row, column) in spans else row for column in group)
            last = min(last, len(sheet.rows) - 1)
            begin, until = _when(sheet, frame, row, last)
            talk = _talk(texts[group[0]], group, frame, context, reading, f"{where}{_cell(row, group[0])}")
            talk.values |= {"start": begin, "end": until}
            if not plain(until) and not split_range(begin):
                _end_by_next(talk, sheet, frame, last)
            reading.add(talk)


def _covered(sheet: Sheet) -> set[tuple[int, int]]:
    """Cells under another they are merged with; none of a sheet that has too many."""
    last = len(sheet.rows) - 1
    if sum(max(min(span.bottom, last) - span.top, 0) for span in sheet.merged) > MAX_EMPTY_CELLS:
        return set()
    return {(row, span.left) for span in sheet.merged for row in range(span.top + 1, min(span.bottom, last) + 1)}


def _texts_in(cells: list[object], frame: Frame) -> dict[int, str]:
    return {column: plain(cells[column]) for column in frame.streams if column < len(cells) and plain(cells[column])}


def _when(sheet: Sheet, frame: Frame, row: int, last: int) -> tuple[object, object]:
    """The beginning of one row and the end of another."""
    start, end = _time_at(sheet, row, frame.time), _time_at(sheet, last, frame.end)
    if last == row or frame.end is not None:
        return start, end
    begin, until = split_range(start), split_range(_time_at(sheet, last, frame.time))
    return (begin[0] if begin else start), (until[1] if until else "")


def _end_by_next(talk: Talk, sheet: Sheet, frame: Frame, last: int) -> None:
    """Where the timetable tells beginnings only, an item lasts till the next line."""
    times = (_time_at(sheet, row, frame.time) for row in range(last + 1, min(last + 50, len(sheet.rows))))
    after = next((read_when(value, "").begins for value in times if is_timed(value)), None)
    if after:
        talk.values["end"] = f"{after:%H:%M}"
        talk.remarks.append(end_by_next(after))


def _time_at(sheet: Sheet, row: int, column: int | None) -> object:
    cells = sheet.rows[row]
    return cells[column] if column is not None and column < len(cells) else ""


def _groups(row: int, texts: dict[int, str], spans: dict[tuple[int, int], Span], frame: Frame) -> Iterable[list[int]]:
    """Columns that one item takes: merged, or with the same text side by side."""
    left = sorted(texts)
    while left:
        first = left.pop(0)
        span = spans.get((row, first))
        group = [first]
        if span:
            group += [column for column in frame.streams if first < column <= span.right]
        while left and texts[left[0]] == texts[first] and left[0] == group[-1] + 1:
            group.append(left.pop(0))
        left = [column for column in left if column not in group]
        yield group


def _talk(text: str, group: list[int], frame: Frame, context: Context, reading: Reading, where: str) -> Talk:
    values = split_cell(text)
    complete(values, {"speaker", "position"} if values.get("speaker") else set())
    streams = [frame.streams[column] for column in group]
    talk = Talk(reading.place(where), values, carried=True)
    values["date"] = context.day or ""
    if len(streams) == 1:
        values |= {"section": streams[0].section or context.section, "room": streams[0].room}
        if not values["section"] and values.get("kind") in SHARED and not values.get("speaker"):
            values["section"] = GENERAL
        return talk
    values |= {"section": GENERAL, "room": ""}
    if len(streams) < len(frame.streams):
        names = ", ".join(dict.fromkeys(one.room or one.section for one in streams))
        values["room"] = streams[0].room
        talk.remarks.append(_("It stands across several columns: %(names)s.", names=names))
    return talk


def _divide(
    cells: list[object], texts: dict[int, str], frame: Frame, context: Context, reading: Reading, where: str
) -> None:
    """A row without a time: a day or a section for those beneath it, or items that lack their time."""
    found = [cell for cell in cells if plain(cell)]
    if not found:
        return
    alone = len({plain(cell) for cell in found}) == 1 and (not texts or len(found) == 1)
    if alone and (is_day(found[0], context.familiar) or not texts):
        context.divide(found[0])
        return
    for column, text in texts.items():
        talk = _talk(text, [column], frame, context, reading, where)
        talk.values |= {"start": as_text(cells[frame.time]) if frame.time < len(cells) else "", "end": ""}
        reading.add(talk)


def _cell(row: int, column: int) -> str:
    """«C7», as spreadsheets call it."""
    letters, column = "", column + 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"
