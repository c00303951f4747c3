"""A table with a row an item: headings in a line or two or none, days and sections by dividing rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _

from kernel.documents.grids import Grid, Sheet
from kernel.documents.headings import Headings, plain
from kernel.documents.separated import HEAD
from kernel.documents.sheets import as_text
from kernel.text import clean, sort_key
from programme.importing.cells import FORMATS, KINDS_BY_WORD
from programme.importing.layouts.context import Context, Familiar, is_day
from programme.importing.layouts.talks import Reading, Talk, complete, is_timed
from programme.importing.layouts.words import HEADLINE, REMARK, ROOM, SECTION, is_person, is_place, may_be_name
from programme.importing.plan import ITEM_HEADINGS
from programme.importing.times import read_when

MORE: dict[str, tuple[str | re.Pattern[str], ...]] = {
    "start": ("с", "от", "Время с", "Дата и время", re.compile(r"^время|\bвремя$")),
    "end": ("до", "по", "Время до", "Завершение"),
    "title": (
        "Мероприятие",
        "Содержание",
        "Событие",
        "Активность",
        "Вопрос",
        "Тема доклада",
        re.compile(r"\bтема\b|назван|наименован|выступлени|\bдоклад\b|мероприяти|содержани"),
    ),
    "speaker": ("Докладчики", "Выступающий", re.compile(r"\bфио\b|\bф и о\b|докладчик|спикер|выступающ|\bлектор")),
    "section": ("Название секции", "Наименование секции", "Секции", "Трек", "Поток", "Track"),
    "room": ("Место", "Помещение", re.compile(r"^(?:(?:зал|аудитория|кабинет|помещение|или|номер|№)\s*)+$")),
    "position": (re.compile(r"должност"),),
    "organisation": (re.compile(r"организаци|место работы|учреждени"),),
    "municipality": ("Город", "Населённый пункт", "Район", re.compile(r"муниципал|территори|город|регион")),
    "format": (re.compile(r"\bформат\b"),),
}
ROW_HEADINGS = Headings({name: (*names, *MORE.get(name, ())) for name, names in ITEM_HEADINGS.items()})
ITEM_NEEDS = ("start", "title")
_BUILDING = re.compile(
    r"дворец|\bдом\b|\bдк\b|\bул\.|корпус|театр|библиотек|университет|школа|гостиниц|отель", re.IGNORECASE
)


class Header(NamedTuple):
    """Where the headings stand and what they mean."""

    top: int
    body: int
    """The first row under them."""
    columns: list[str | None]
    names: list[str]


def header_of(sheet: Sheet, grid: Grid) -> Header | None:
    """The row, or two rows together, of most headings, the needed ones among them."""
    best: Header | None = None
    for top in range(min(HEAD, len(grid))):
        for rows in (1, 2):
            if top + rows > len(grid):
                continue
            names = _names(sheet, grid, top, rows)
            columns = _columns(names)
            enough = all(column in columns for column in ITEM_NEEDS)
            if enough and (best is None or _worth(columns) > _worth(best.columns)):
                best = Header(top, top + rows, columns, [_shown(name) for name in names])
        if any(is_timed(cell) for cell in grid[top]):
            break
    return best


def _shown(name: tuple[str, ...]) -> str:
    return " / ".join(dict.fromkeys(part for part in (name[-1], name[0]) if part))


def _worth(columns: Sequence[str | None]) -> int:
    return len(set(columns) - {None})


def _names(sheet: Sheet, grid: Grid, top: int, rows: int) -> list[tuple[str, ...]]:
    """What may be a column's heading: the lower line, both, the upper one, which may be merged over several."""
    upper = [plain(cell) if isinstance(cell, str) else "" for cell in grid[top]]
    if rows == 1:
        return [(name,) for name in upper]
    lower = [plain(cell) if isinstance(cell, str) else "" for cell in grid[top + 1]]
    if any(is_timed(cell) for cell in grid[top + 1]) or sum(map(bool, lower)) < 2 or not any(upper):
        return [("",)] * len(upper)
    for span in sheet.merged:
        if span.top == top and span.left < len(upper):
            for column in range(span.left + 1, min(span.right + 1, len(upper))):
                upper[column] = upper[span.left]
    wide = max(len(upper), len(lower))
    upper, lower = upper + [""] * (wide - len(upper)), lower + [""] * (wide - len(lower))
    return [
        (below, f"{above} {below}", above) if below else (above,) for above, below in zip(upper, lower, strict=True)
    ]


def _columns(names: list[tuple[str, ...]]) -> list[str | None]:
    """Our column for each: by the whole lower heading, then both, then by a part of one."""
    found: list[str | None] = [None] * len(names)
    for loosely in (False, True):
        for rank in range(3):
            asked = [name[rank] if rank < len(name) else "" for name in names]
            for place, column in enumerate(ROW_HEADINGS.columns(asked, loosely=loosely)):
                if column and found[place] is None and (column not in found or column == "section"):
                    found[place] = column
    return _with_venue(found, names)


def _with_venue(columns: list[str | None], names: list[tuple[str, ...]]) -> list[str | None]:
    """«Площадка» beside «Секция» is a building."""
    if columns.count("section") < 2:
        return columns
    for place, column in enumerate(columns):
        if (
            column == "section"
            and any(sort_key(name) == "площадка" for name in names[place])
            and "venue" not in columns
        ):
            columns[place] = "venue"
    return columns


def guessed(grid: Grid, familiar: Familiar) -> Header | None:
    """Columns by what they hold, where nobody wrote headings: a time, a title, perhaps people."""
    sample = grid[:300]
    width = max(map(len, sample), default=0)
    timed = [sum(is_timed(row[column]) for row in sample if column < len(row)) for column in range(width)]
    if not timed or max(timed) < 2:
        return None
    start = timed.index(max(timed))
    rows = [row for row in sample if start < len(row) and is_timed(row[start])]
    columns: list[str | None] = [None] * width
    columns[start] = "start"
    if start + 1 < width and timed[start + 1] * 2 > timed[start]:
        columns[start + 1] = "end"
    for column in range(width):
        cells = [row[column] for row in rows if column < len(row) and plain(row[column])]
        if columns[column] is None and cells:
            is_date = sum(is_day(cell, familiar) for cell in cells) * 2 > len(cells)
            columns[column] = "date" if is_date else _guess(cells, columns)
    if "title" not in columns:
        return None
    return Header(0, 0, columns, [])


_SIGNS = (
    ("number", lambda cell: re.fullmatch(r"\d{1,3}[.)]?", as_text(cell))),
    ("format", lambda cell: sort_key(plain(cell)) in FORMATS),
    ("kind", lambda cell: sort_key(plain(cell)) in KINDS_BY_WORD),
    ("room", lambda cell: ROOM.match(plain(cell))),
    ("section", lambda cell: SECTION.match(plain(cell))),
    ("speaker", lambda cell: is_person(plain(cell)) or may_be_name(plain(cell).split(",")[0])),
)


def _guess(cells: list[object], taken: list[str | None]) -> str | None:
    for column, fits in _SIGNS:
        if column not in taken and sum(bool(fits(cell)) for cell in cells) * 2 > len(cells):
            return column
    if "title" not in taken:
        return "title"
    if "speaker" in taken:
        texts = [plain(cell) for cell in cells]
        if "municipality" not in taken and sum(map(is_place, texts)) * 2 > len(texts):
            return "municipality"
        return next((column for column in ("position", "organisation") if column not in taken), None)
    return None


def read_rows(sheet: Sheet, grid: Grid, header: Header, context: Context, reading: Reading, where: str) -> None:
    """Add the sheet's items; `where` names the sheet in their places."""
    columns = _by_values(grid, header)
    names = {column for column in columns if column}
    reading.columns |= names
    wide = {(span.top, span.left) for span in sheet.merged if span.right > span.left}
    first = next((row for row in range(header.body, len(grid)) if _has_time(grid[row], columns)), 0)
    for row in range(header.body, len(grid)):
        cells, number = grid[row], row + 1
        if not row % 100:
            reading.check_effort()
        if number in sheet.faults:
            reading.faults[reading.place(f"{where}{number}")] = sheet.faults[number]
        filled = [column for column, cell in enumerate(cells) if plain(cell)]
        if not filled or _repeats(cells, header):
            continue
        if not header.names and row < first:
            _above([plain(cells[column]) for column in filled], context, last=row == first - 1)
            continue
        said = _divider(row, grid, columns, filled, wide, context)
        if said is not None:
            reading.note_layout(
                _("days by dividing rows") if is_day(said, context.familiar) else _("sections by dividing rows")
            )
            context.divide(said)
            continue
        values: dict[str, object] = {}
        for column, cell in zip(columns, cells, strict=False):
            if column and column not in values:
                values[column] = cell.strip() if isinstance(cell, str) else cell
        if any(plain(value) for name, value in values.items() if name != "number"):
            talk = _talk(values, names, context, reading, f"{where}{number}")
            talk.remarks += [sheet.doubts[number]] if number in sheet.doubts else []
            reading.add(talk)


def _by_values(grid: Grid, header: Header) -> list[str | None]:
    """«Площадка» beside «Зал» is a building when its cells say so."""
    columns = list(header.columns)
    if "room" in columns and "section" in columns and "venue" not in columns and header.names:
        place = columns.index("section")
        cells = [plain(row[place]) for row in grid[header.body :] if place < len(row) and plain(row[place])]
        if sort_key(header.names[place]) == "площадка" and sum(
            bool(_BUILDING.search(cell)) for cell in cells
        ) * 2 > len(cells):
            columns[place] = "venue"
    return columns


def _has_time(cells: list[object], columns: list[str | None]) -> bool:
    return any(column == "start" and is_timed(cell) for column, cell in zip(columns, cells, strict=False))


def _repeats(cells: list[object], header: Header) -> bool:
    """The headings once more, as at the top of each page."""
    texts = [plain(cell) for cell in cells]
    return bool(header.names) and texts[: len(header.names)] == header.names[: len(texts)]


def _above(texts: list[str], context: Context, last: bool) -> None:
    """A line above a table without headings; the one next to it may name a section without the word."""
    if len(set(texts)) > 1:
        context.unread.append("; ".join(texts)[:120])
    elif not context.title(texts[0]) and not HEADLINE.search(texts[0]) and (last or REMARK.match(texts[0])):
        context.divide(texts[0])


def _divider(
    row: int,
    grid: Grid,
    columns: list[str | None],
    filled: list[int],
    wide: set[tuple[int, int]],
    context: Context,
) -> object:
    """What a row says of those beneath it; None for an item."""
    cells = grid[row]
    if _has_time(cells, columns):
        return _timed_section(row, grid, columns, filled)
    while len(filled) > 1 and columns[filled[0]] in ("number", "id"):
        filled = filled[1:]
    if len({plain(cells[column]) for column in filled}) > 1:
        return None
    place = filled[0]
    value, column = cells[place], columns[place]
    if (row, place) in wide or len(cells) == 1 or column in (None, "date", "section", "number"):
        return value
    if is_day(value, context.familiar) or SECTION.match(plain(value)):
        return value
    return value if column in ("start", "end") or (place == 0 and column != "title") else None


def _timed_section(row: int, grid: Grid, columns: list[str | None], filled: list[int]) -> object:
    """«10:00–12:00 | Секция 1. «Отцы»» above items within that time."""
    texts = [column for column in filled if columns[column] not in ("start", "end", "date", "number", "duration")]
    if len(texts) != 1 or columns[texts[0]] != "title":
        return None
    text = plain(grid[row][texts[0]])
    after = next((cells for cells in grid[row + 1 : row + 10] if _has_time(cells, columns)), None)
    if after is None or not SECTION.match(text):
        return None
    whole, next_one = _span(grid[row], columns), _span(after, columns)
    inside = whole and next_one and whole[0] <= next_one[0] and next_one[1] <= whole[1] and whole != next_one
    return text if inside else None


def _span(cells: list[object], columns: list[str | None]) -> tuple[Any, Any] | None:
    values = {column: cell for column, cell in zip(columns, cells, strict=False) if column in ("start", "end")}
    when = read_when(values.get("start"), values.get("end"))
    return (when.begins, when.ends) if when.begins and when.ends else None


def _talk(values: dict[str, object], names: set[str], context: Context, reading: Reading, where: str) -> Talk:
    talk = Talk(reading.place(where), values, has_section="section" in names)
    if "date" in values and plain(values["date"]):
        context.day = None  # the day was written: what follows without one is of the same day
        context.written = values["date"]
    elif context.day or context.written:
        values["date"] = context.day or context.written
        talk.carried = True
    if not plain(values.get("section")):
        values["section"] = context.section
    if not plain(values.get("room")) and "room" not in names:
        values["room"] = context.room
    complete(values, set(names))
    values["title"] = clean(as_text(values.get("title")))
    return talk
