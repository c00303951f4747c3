"""Workbooks of the quarterly question: the form to fill in, and the answers of a round."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from adoption.labels import EXIT_LABELS, EXIT_VERBS, REASON_LABELS, stage_line
from adoption.quarter import labels, queries, rules
from adoption.quarter.importer import ANSWER_HEADINGS
from adoption.quarter.models import Answer, Question, Round
from kernel.documents import sheets
from kernel.documents.sheets import Column, cell_text
from kernel.i18n import day
from kernel.links import public_url
from kernel.zones import local

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

LINES_ABOVE = 3
WIDTHS = {"id": 10, "practice": 40, "organisation": 36, "answer": 18, "served": 14, "staff": 16, "note": 44}
WIDTHS |= {"exit": 20, "reason": 34, "by": 28}
NOW, BEFORE = "Сейчас", "В прошлый раз"
"""Headings of what is only read; like the others they are data, so that every form reads back alike."""


def form(questions: Sequence[Question]) -> bytes:
    """The form with a row an adoption, the answers there are, and lists to choose from."""
    import xlsxwriter  # noqa: PLC0415  (only files need it)

    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(buffer, options)
    sheet = book.add_worksheet(_("Answers received")[:31])
    columns = _columns()
    _head(book, sheet, questions, columns)
    plain = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#5b6470"})
    fill = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#c9c2b4"})
    before = queries.served_before(questions)
    for y, question in enumerate(questions, start=LINES_ABOVE + 1):
        values = _values(question, before.get(question.adoption_id))
        for x, (name, _title, _width) in enumerate(columns):
            _write(sheet, y, x, values[name], fill if name in _FILLED else plain)
    last = LINES_ABOVE + max(len(questions), 1)
    _lists(book, sheet, columns, last)
    sheet.freeze_panes(LINES_ABOVE + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(LINES_ABOVE)
    book.close()
    return buffer.getvalue()


def file_name(questions: Sequence[Question]) -> str:
    """«Тайшетский муниципальный округ, I квартал 2027 года.xlsx», of several municipalities the quarter alone."""
    places = {question.ask.territory.name for question in questions}
    titles = list(dict.fromkeys(labels.round_title(question.ask.round) for question in questions))
    told = ", ".join([*(places if len(places) == 1 else ()), *titles]) or _("Quarterly question")
    return " ".join(re.sub(r'[\\/:*?"<>|]', " ", told).split()) + ".xlsx"


_FILLED = ("answer", "served", "staff", "note", "exit", "reason", "by")


def _columns() -> list[tuple[str, str, int]]:
    columns = [(name, headings[0], WIDTHS[name]) for name, headings in ANSWER_HEADINGS.items()]
    return [*columns[:3], ("now", NOW, 26), ("before", BEFORE, 24), *columns[3:]]


def _head(book: Workbook, sheet: Worksheet, questions: Sequence[Question], columns: list[tuple[str, str, int]]) -> None:
    big, bold = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "bottom": 2})
    bold.set_text_wrap()
    bold.set_align("top")
    places = list(dict.fromkeys(question.ask.territory.name for question in questions))
    titles = list(dict.fromkeys(labels.round_title(question.ask.round) for question in questions))
    sheet.write_string(0, 0, cell_text(" · ".join([*titles, *places[:3]]) or _("Nothing is asked now")), big)
    if questions:
        due = min(question.ask.round.due for question in questions)
        sheet.write_string(
            1,
            0,
            _(
                "Answer by %(day)s: choose an answer in each row, then hand the file in at %(address)s "
                "or send it back.",
                day=day(due),
                address=public_url("/cabinet/"),
            ),
        )
    for x, (_name, title, width) in enumerate(columns):
        sheet.set_column(x, x, width)
        sheet.write_string(LINES_ABOVE, x, title, bold)


def _values(question: Question, before: Answer | None) -> dict[str, object]:
    adoption, current = question.adoption, question.current
    values: dict[str, object] = {
        "id": question.code,
        "practice": adoption.practice.name,
        "organisation": adoption.organisation.title,
        "now": str(EXIT_LABELS[adoption.exit]) if adoption.exit else stage_line(adoption),
        "before": before_line(before),
    }
    values |= dict.fromkeys(_FILLED)
    if current is not None:
        values |= {"served": current.served, "staff": current.staff, "note": current.note, "by": current.answered_by}
        values["answer"] = str(labels.ANSWER_LABELS[current.kind])
        values["exit"] = str(EXIT_VERBS[current.exit]) if current.exit else None
        values["reason"] = str(REASON_LABELS[current.exit_reason]) if current.exit_reason else None
    return values


def before_line(before: Answer | None) -> str:
    """«18 с начала, 2 специалиста» of the answer before."""
    if before is None:
        return ""
    parts = [_("%(number)s since the beginning", number=before.served)]
    if before.staff is not None:
        parts.append(_("specialists: %(number)s", number=before.staff))
    return ", ".join(parts)


def _write(sheet: Worksheet, y: int, x: int, value: object, cell: object) -> None:
    if value is None or value == "":
        sheet.write_blank(y, x, None, cell)
    elif isinstance(value, int):
        sheet.write_number(y, x, value, cell)
    else:
        sheet.write_string(y, x, cell_text(str(value)), cell)


def _lists(book: Workbook, sheet: Worksheet, columns: list[tuple[str, str, int]], last: int) -> None:
    """Lists to choose from, kept on a sheet of their own: a list inside a rule may not pass 255 characters."""
    lists = _("Lists")[:31]
    choices = book.add_worksheet(lists)
    names = {"answer": labels.ANSWER_LABELS, "exit": EXIT_VERBS, "reason": REASON_LABELS}
    for column, (name, known) in enumerate(names.items()):
        words = [str(label) for label in known.values()]  # type: ignore[attr-defined]
        choices.write_column(0, column, words)
        source = f"='{lists}'!${chr(65 + column)}$1:${chr(65 + column)}${len(words)}"
        place = _place(columns, name)
        rule = {"validate": "list", "source": source, "error_title": _("Choose from the list")}
        sheet.data_validation(
            LINES_ABOVE + 1, place, last, place, rule | {"error_message": _("Choose one of the answers.")}
        )
    choices.hide()
    for name, most in (("served", rules.MAX_SERVED), ("staff", rules.MAX_STAFF)):
        place = _place(columns, name)
        rule = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": most}
        rule |= {"error_title": _("A whole number"), "error_message": _("Write a whole number, for example 12.")}
        sheet.data_validation(LINES_ABOVE + 1, place, last, place, rule)


def _place(columns: list[tuple[str, str, int]], name: str) -> int:
    return [column[0] for column in columns].index(name)


def answers(of: Round, questions: Sequence[Question]) -> bytes:
    """Everything of a round: a row a question."""
    columns = [Column(_("Municipality"), 34), Column(_("Practice"), 40), Column(_("Organisation"), 36)]
    columns += [Column(_("Answer"), 18), Column(_("Served since the beginning"), 14), Column(_("Specialists now"), 14)]
    columns += [Column(_("In a few words"), 44), Column(_("What is decided"), 18), Column(_("Why"), 30)]
    columns += [Column(_("By which way"), 18), Column(_("Who answered"), 28), Column(_("Who typed it in"), 28)]
    columns += [Column(_("Letter No."), 14), Column(_("Letter of"), 14), Column(_("When"), 18), Column(_("Late"), 12)]
    notes = [
        _(
            "%(title)s, %(region)s, answers by %(day)s.",
            title=labels.round_title(of),
            region=of.region.name,
            day=day(of.due),
        )
    ]
    notes += [_("Demonstration data.")] if of.demo else []
    return sheets.xlsx(labels.round_title(of), columns, [_row(question) for question in questions], notes)


def _row(question: Question) -> list[object]:
    adoption, found = question.adoption, question.current
    row: list[object] = [question.ask.territory.name, adoption.practice.name, adoption.organisation.title]
    if found is None:
        nothing = EXIT_LABELS[adoption.exit] if adoption.exit else _("no answer")
        return [*row, str(nothing), *[None] * 12]
    return [
        *row,
        str(labels.ANSWER_LABELS[found.kind]),
        found.served,
        found.staff,
        found.note,
        str(EXIT_LABELS[found.exit]) if found.exit else None,
        str(REASON_LABELS[found.exit_reason]) if found.exit_reason else None,
        str(labels.WAY_LABELS[found.way]),
        found.answered_by,
        found.user.name if found.user else None,
        found.letter_number,
        found.letter_date,
        local(found.at),
        _("late") if found.late else None,
    ]
