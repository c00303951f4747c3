"""Whatever way a programme is laid out, it becomes one table: a row an item, its place in the file named.

Known: a row an item (headings in a line or two, or none; days and sections by dividing rows, by sheets or above the
table), and rooms or sections across. In workbooks, CSV and the tables of Word documents.
"""

from __future__ import annotations

from datetime import date

from flask_babel import gettext as _

from kernel.documents.grids import Grid, Sheet, sheets_of, unmerged
from kernel.documents.headings import plain
from kernel.documents.papers import is_paper, tables_of
from kernel.documents.separated import HEAD
from kernel.documents.sheets import NOTES, Table
from kernel.files import BYTES_OF_A_FILE, FileRefused
from kernel.i18n import day
from programme.importing.layouts.across import Frame, frame_of, read_across
from programme.importing.layouts.context import Context, Familiar
from programme.importing.layouts.rows import ITEM_NEEDS, ROW_HEADINGS, Header, guessed, header_of, read_rows
from programme.importing.layouts.talks import Reading, finish
from programme.importing.layouts.words import OLD, REMARK, SECTION

Found = Header | Frame


def read(name: str, body: bytes, familiar: Familiar) -> Table:
    """The programme in a file. Raises FileRefused with what was found and what is missing."""
    if len(body) > BYTES_OF_A_FILE:
        raise FileRefused(_("The file is larger than 10 MB. Choose a smaller one."))
    paper = body[:2] == b"PK" and is_paper(body)
    sheets = tables_of(body) if paper else list(sheets_of(name, body, ROW_HEADINGS.fits))
    reading = Reading(familiar)
    if paper:
        reading.note_layout(_("a table of a Word document"))
    _read_sheets([one for one in sheets if one.name not in NOTES and _is_filled(one)], reading)
    if not reading.talks and not reading.faults:
        _refuse(sheets)
    finish(reading)
    _tell(reading)
    for talk in reading.talks:
        if talk.remarks:
            reading.doubts.setdefault(talk.place, []).extend(talk.remarks)
    rows = [(talk.place, talk.values) for talk in reading.talks]
    return Table(reading.headings, [*rows], reading.notes, reading.doubts, reading.faults, frozenset(reading.columns))


def _read_sheets(sheets: list[Sheet], reading: Reading) -> None:
    found: list[tuple[Sheet, Grid, Found]] = []
    passed: list[str] = []
    header: Header | None = None
    for sheet in sheets:
        reading.check_effort()
        grid = unmerged(sheet)
        how = _layout(sheet, grid, header, reading.familiar)
        if how is None or (found and _is_another(found[0], sheet, how)):
            passed.append(sheet.name)
            continue
        header = how if isinstance(how, Header) and how.names else header
        found.append((sheet, grid, how))
    if len(found) > 1 and (fresh := [one for one in found if not OLD.search(one[0].name)]):
        passed += [sheet.name for sheet, _grid, _how in found if OLD.search(sheet.name)]
        found = fresh
    context = Context(reading.familiar)
    for sheet, grid, how in found:
        context = context if sheet.titles else Context(reading.familiar)
        _read_sheet(sheet, grid, how, context, reading, several=len(found) > 1)
        reading.unread += context.unread
        context.unread = []
    if passed:
        reading.notes.append(_("Other sheets are not read: %(names)s.", names=", ".join(f"«{one}»" for one in passed)))


def _is_filled(sheet: Sheet) -> bool:
    return any(plain(cell) for row in sheet.rows for cell in row)


def _layout(sheet: Sheet, grid: Grid, before: Header | None, familiar: Familiar) -> Found | None:
    """How the sheet is laid out; a table without headings may go on with the columns of the one `before`."""
    if header := header_of(sheet, grid):
        return header
    if frame := frame_of(grid, familiar):
        return frame
    header = guessed(grid, familiar)
    if header and before and before.columns.index("start") == header.columns.index("start"):
        return before._replace(top=0, body=0)
    return header


def _is_another(first: tuple[Sheet, Grid, Found], sheet: Sheet, how: Found) -> bool:
    """Whether a sheet is another version beside a whole programme, and not one more day or section of it."""
    whole = isinstance(first[2], Header) and {"date", "section"} <= set(first[2].columns)
    if not whole or not isinstance(how, Header) or sheet.titles:
        return False
    return not all(
        Context(Familiar(date(2000, 1, 1))).sheet(name) or SECTION.match(name) for name in (first[0].name, sheet.name)
    )


def _read_sheet(sheet: Sheet, grid: Grid, how: Found, context: Context, reading: Reading, several: bool) -> None:
    top = how.top if isinstance(how, Header) else how.head
    above = [plain(cell) for row in sheet.rows[:top] for cell in row if plain(cell)]
    for text in dict.fromkeys(line for title in (*sheet.titles, *above) for line in title.split("\n")):
        if not context.title(text) and REMARK.match(text):
            context.unread.append(text)
    _told_above(sheet, context, reading, several)
    where = f"{sheet.name}, " if several and sheet.name else ""
    if isinstance(how, Frame):
        reading.note_layout(_("rooms across, a cell an item"))
        read_across(sheet, how, context, reading, where)
    else:
        _tell_columns(how, reading)
        read_rows(sheet, grid, how, context, reading, where)
    if context.titled and "date" not in getattr(how, "columns", ()):
        reading.note_layout(_("the day by the title"))


def _told_above(sheet: Sheet, context: Context, reading: Reading, several: bool) -> None:
    """What the sheet's name says."""
    if not several or not sheet.name or sheet.titles:
        return
    section, above = context.section, context.day
    if context.sheet(sheet.name):
        reading.note_layout(_("a sheet a day"))
        if above and above != context.day:
            reading.notes.append(
                _(
                    "The sheet «%(name)s» has another day above its table, %(day)s: the sheet’s name is believed.",
                    name=sheet.name,
                    day=day(above),
                )
            )
    elif context.section:
        reading.note_layout(_("a sheet a section"))
    if section:
        context.section = section


def _tell_columns(header: Header, reading: Reading) -> None:
    if header.names:
        reading.headings = reading.headings or header.names
        if header.body - header.top > 1:
            reading.note_layout(_("headings in two lines"))
        for note in ROW_HEADINGS.told(header.names, header.columns):
            if note not in reading.notes:
                reading.notes.append(note)
        return
    titles = [
        f"{number} → «{ROW_HEADINGS.titles[column]}»" for number, column in enumerate(header.columns, start=1) if column
    ]
    reading.note_layout(_("columns by what they hold, without headings: %(columns)s", columns=", ".join(titles)))


def _tell(reading: Reading) -> None:
    if reading.layouts:
        reading.notes.insert(0, _("Read as: %(how)s.", how="; ".join(reading.layouts)))
    if reading.unread:
        texts = list(dict.fromkeys(reading.unread))
        reading.notes.append(
            _("Lines that are not read: %(lines)s.", lines="; ".join(f"«{one}»" for one in texts[:20]))
        )


def _refuse(sheets: list[Sheet]) -> None:
    if any(header_of(sheet, unmerged(sheet)) for sheet in sheets):
        raise FileRefused(_("There are only headings in the file. Fill in at least one row and retry."))
    rows = (row for sheet in sheets for row in sheet.rows[:HEAD])
    raise FileRefused(ROW_HEADINGS.missing(rows, ITEM_NEEDS))
