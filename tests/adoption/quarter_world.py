"""A quarterly question asked of two municipalities, and the people around it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import python_calamine
import xlsxwriter

from adoption.models import Adoption, Stage
from adoption.quarter import operations, queries
from adoption.quarter.models import QUARTER_LINK, AnswerKind, Question, Round, Way
from adoption.quarter.operations import Source
from adoption.quarter.rules import Said
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.adoption.conftest import Tayshet, adoption

DUE = date(2027, 4, 5)
NO_CHANGE = Said(AnswerKind.no_change)
BY_LINK = Source(Way.link, "Ответственная Ольга Тестовна")


@dataclass(frozen=True)
class Quarter(Tayshet):
    """«I квартал 2027 года» asked of Tayshet (two adoptions) and Kuytun (one), answers by 5 April."""

    round: Round
    works: Adoption
    prepares: Adoption
    near: Adoption
    q_works: Question
    q_prepares: Question
    q_near: Question


def asked(tayshet: Tayshet, *, letters: bool = False) -> Quarter:
    """Ask the question; the practice works in Tayshet, is prepared there and launched in Kuytun."""
    with writing():
        works = adoption(tayshet.practice, tayshet.organisation, Stage.operating)
        works.units = 18
        prepares = adoption(factories.practice("Клуб отцов"), tayshet.organisation, Stage.staffing)
        near = adoption(tayshet.practice, factories.organisation("Школа Куйтуна", factories.KUYTUN), Stage.launched)
        region = factories.territory(factories.REGION)
        made, new = operations.open_round(region, 2027, 1, DUE, by=tayshet.people.organiser, letters=letters)
        assert new
    adoptions = (works, prepares, near)
    return Quarter(
        **vars(tayshet),
        round=made,
        works=works,
        prepares=prepares,
        near=near,
        **{
            name: question_of(made, one.id)
            for name, one in zip(("q_works", "q_prepares", "q_near"), adoptions, strict=True)
        },
    )


def question_of(made: Round, adoption_id: int) -> Question:
    return next(one for one in queries.questions_of_round(made.id) if one.adoption_id == adoption_id)


def link_of(question: Any) -> str:
    return QUARTER_LINK.path(question.ask)


def text_of(answer: Any) -> str:
    """The page as people read it: without the typesetter's spaces."""
    return answer.get_data(as_text=True).replace("\u00a0", " ")


def said(question: Any, kind: str, **more: Any) -> dict[str, str]:
    """The fields of one question's card."""
    return {f"{question.code}-{name}": str(value) for name, value in {"said": kind, **more}.items()}


def fresh(*questions: Any) -> None:
    db.session.expire_all()
    for question in questions:
        db.session.refresh(question)


def grid_of(body: bytes) -> list[list[Any]]:
    return python_calamine.load_workbook(io.BytesIO(body)).get_sheet_by_index(0).to_python()


def rows_of(body: bytes) -> list[dict[str, Any]]:
    """Rows of a form by their heading."""
    grid = grid_of(body)
    head = next(number for number, row in enumerate(grid) if "ID" in row)
    return [dict(zip(grid[head], row, strict=True)) for row in grid[head + 1 :]]


HEADINGS = ("ID", "Практика", "Ответ", "Помогли с начала", "Специалистов сейчас", "Коротко о главном")
HEADINGS += ("Что решили", "Почему", "Кто ответил")


def book(rows: list[dict[str, Any]], headings: tuple[str, ...] = HEADINGS, title: str = "") -> bytes:
    """A filled form as a person would send it; a value «=…» is a formula whose result Excel has kept."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as made:
        page = made.add_worksheet()
        top = 0
        if title:
            page.merge_range(0, 0, 0, 5, title)
            page.merge_range(1, 0, 1, 5, "")
            top = 2
        page.write_row(top, 0, headings)
        for y, row in enumerate(rows, start=top + 1):
            for x, heading in enumerate(headings):
                value = row.get(heading, "")
                if isinstance(value, tuple):
                    page.write_formula(y, x, value[0], None, value[1])
                elif isinstance(value, date):
                    page.write_datetime(y, x, value, made.add_format({"num_format": "dd.mm.yyyy"}))
                else:
                    page.write(y, x, value)
    return buffer.getvalue()


def hand_in(client: Any, place: str, body: bytes, name: str = "quarter.xlsx") -> Any:
    """Send a file to `place` («/cabinet/quarter/file», …)."""
    return client.submit(place, {"file": (io.BytesIO(body), name)})


def verdicts(client: Any, address: str) -> list[tuple[str, str]]:
    """(verdict, details) of each row of a preview."""
    page = text_of(client.get(address))
    rows = re.findall(r"<tr>\s*<td class=\"num\".*?</tr>", page, re.DOTALL)
    return [tuple(_plain(cell) for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)[1:]) for row in rows]


def _plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
