"""The filled form, read back: a verdict per row, then one transaction.

A row is matched by the code in its «ID» column, so the same file may be handed in again and again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from functools import cache
from typing import Any, NamedTuple

from flask_babel import gettext as _

from adoption.labels import EXIT_LABELS, EXIT_VERBS, REASON_LABELS
from adoption.models import Exit, ExitReason
from adoption.quarter import labels, operations, queries, rules
from adoption.quarter.cards import card
from adoption.quarter.models import Answer, AnswerKind, Question
from adoption.quarter.operations import Source
from adoption.quarter.rules import Fault, Said
from kernel.access import Actor
from kernel.db import Columns
from kernel.documents.sheets import Table, as_text, read_table
from kernel.i18n import speaking
from kernel.imports import Plan, Row, Verdict, with_oddities
from kernel.text import clean, sort_key

ANSWER_HEADINGS = {
    "id": ("ID", "Код", "Код строки", "№ ID"),
    "practice": ("Практика", "Наименование практики", "Practice"),
    "organisation": ("Организация", "Учреждение", "Organisation"),
    "answer": ("Ответ", "Как дела", "Что нового", "Answer"),
    "served": ("Помогли с начала", "Сколько получили помощь с начала", "Семей с начала", "Served since the beginning"),
    "staff": ("Специалистов сейчас", "Сколько специалистов работает", "Специалистов", "Specialists now"),
    "note": ("Коротко о главном", "Что изменилось", "Комментарий", "Примечание", "In a few words"),
    "exit": ("Что решили", "Решение", "What is decided"),
    "reason": ("Почему", "Причина", "Why"),
    "by": ("Кто ответил", "Ответил", "Исполнитель", "Who answered"),
}
ANSWER_NEEDS = ("id", "answer")
_NUMBER = re.compile(r"\d{1,9}")


class CellFault(ValueError):
    """A cell cannot be read; the text says why and what to do."""


class Action(NamedTuple):
    """What a row says."""

    question: Question
    said: Said
    by: str


def read(name: str, body: bytes) -> Table:
    """The table in the file. Raises FileRefused when it cannot be read at all."""
    return read_table(name, body, ANSWER_HEADINGS, ANSWER_NEEDS)


def plan(table: Table, questions: Sequence[Question]) -> Plan[Action]:
    """What handing the table in would do; `questions`: those it may answer."""
    known = {question.code: question for question in questions}
    before = queries.served_before(questions)
    result: Plan[Action] = Plan([], [])
    seen: dict[str, int] = {}
    for number, cells in table.rows:
        row, action = _plan_row(number, cells, known, seen, before)
        result.rows.append(row)
        if action is not None and row.verdict in (Verdict.create, Verdict.change):
            result.actions.append(action)
    result.rows = with_oddities(result.rows, table)
    result.absent = [_title(question) for code, question in known.items() if code not in seen]
    return result


def _title(question: Question) -> str:
    return f"{question.adoption.practice.name} · {question.adoption.organisation.title}"


def _plan_row(
    number: int,
    cells: dict[str, object],
    known: dict[str, Question],
    seen: dict[str, int],
    before: dict[int, Answer],
) -> tuple[Row, Action | None]:
    code = clean(as_text(cells.get("id"))).upper()
    question = known.get(code)
    row = Row(number, _title(question) if question else _name(cells, number), Verdict.error)
    if question is None:
        row.messages.append(_unknown(code))
        return row, None
    if code in seen:
        row.messages.append(_("The same ID stands in row %(number)s. Leave one of them.", number=seen[code]))
        return row, None
    seen[code] = number
    if _is_blank(cells):
        row.verdict = Verdict.same
        row.messages.append(_("Without an answer: passed over."))
        return row, None
    said = _said(cells, row)
    if said is None:
        return row, None
    return _judge(row, question, said, before.get(question.adoption_id), _cell(cells, "by")[:255])


def _name(cells: dict[str, object], number: int) -> str:
    return clean(as_text(cells.get("practice")))[:200] or _("row %(number)s", number=number)


def _unknown(code: str) -> str:
    if not code:
        text: str = _("No ID. Take the form again and do not erase this column.")
    else:
        text = _("There is no such ID in your form: the row is of another municipality or quarter. Delete it.")
    return text


def _is_blank(cells: dict[str, object]) -> bool:
    return not any(_cell(cells, name) for name in ("answer", "served", "staff", "note", "exit", "reason"))


def _cell(cells: dict[str, object], name: str) -> str:
    return clean(as_text(cells.get(name)))


def _said(cells: dict[str, object], row: Row) -> Said | None:
    """What the row says; None with the faults in `row`."""
    values: Columns = {}
    for name, reader in _READERS.items():
        try:
            values[name] = reader(cells.get(name), name)
        except CellFault as fault:
            row.messages.append(f"{ANSWER_HEADINGS[name][0]}: {fault}")
    if row.messages:
        return None
    if values["answer"] is None:
        row.messages.append(f"{ANSWER_HEADINGS['answer'][0]}: {labels.FAULTS[Fault.no_answer]}")
        return None
    stopped = values["answer"] is AnswerKind.stopped
    exit, reason = (values["exit"], values["reason"]) if stopped else (None, None)
    return Said(values["answer"], values["served"], values["staff"], values["note"], exit, reason)


def _judge(row: Row, question: Question, said: Said, before: Answer | None, by: str) -> tuple[Row, Action | None]:
    shown = card(question, before, sent=False)
    found = rules.faults(said, question.adoption.stage)
    if not question.ask.round.is_open:
        found.append(("answer", Fault.closed))
    elif shown.moot:
        found.append(("answer", Fault.interrupted))
    if found:
        row.messages += [
            f"{ANSWER_HEADINGS.get(name, ANSWER_HEADINGS['answer'])[0]}: {labels.FAULTS[fault]}"
            for name, fault in found
        ]
        return row, None
    current = question.current
    if current is not None and operations.same(current, said):
        row.verdict = Verdict.same
        return row, None
    row.verdict = Verdict.create if current is None else Verdict.change
    row.messages.append(told(said) if current is None else f"{told_of(current)} → {told(said)}")
    row.doubts += [labels.doubt(doubt, shown.served_before) for doubt in rules.doubts(said, shown.served_before)]
    if said.exit is not None and said.reason is not None:
        row.warnings.append(
            _(
                "The adoption will be marked: %(exit)s, %(reason)s.",
                exit=str(EXIT_LABELS[said.exit]).lower(),
                reason=str(REASON_LABELS[said.reason]).lower(),
            )
        )
    row.action = Action(question, said, by)
    return row, row.action


def told_of(answer: Answer) -> str:
    """An answer that is kept, in one line."""
    return told(Said(answer.kind, answer.served, answer.staff, answer.note))


def told(said: Said) -> str:
    """What is said, in one line."""
    parts = [str(labels.ANSWER_LABELS[said.kind])]
    if said.served is not None:
        parts.append(_("served: %(number)s", number=said.served))
    if said.staff is not None:
        parts.append(_("specialists: %(number)s", number=said.staff))
    if said.note:
        parts.append(said.note if len(said.note) <= 80 else said.note[:79] + "…")
    return ", ".join(parts)


def _whole(value: object, name: str) -> int | None:
    text = re.sub(r"\s", "", clean(as_text(value)))
    if not text:
        return None
    if isinstance(value, date | time) or not _NUMBER.fullmatch(text):
        fault = Fault.served_range if name == "served" else Fault.staff_range
        raise CellFault(labels.FAULTS[fault])
    return int(text)


def _text(value: object, _name: str) -> str:
    text = clean(as_text(value))
    if len(text) > rules.MAX_NOTE:
        raise CellFault(labels.FAULTS[Fault.note_long])
    return text


_NAMES: dict[object, dict[Any, object]] = {
    AnswerKind: labels.ANSWER_LABELS,
    Exit: EXIT_VERBS,
    ExitReason: REASON_LABELS,
}


@cache
def _words(kind: Any) -> dict[str, object]:
    """The members of `kind` by their words in either language, and by code."""
    words = {sort_key(member.value): member for member in kind}
    for language in ("ru", "en"):
        with speaking(language):
            words |= {sort_key(str(label)): member for member, label in _NAMES[kind].items()}
    return words


def _choice(kind: object) -> object:
    def read(value: object, _name: str) -> object:
        text = clean(as_text(value))
        if not text:
            return None
        if sort_key(text) not in _words(kind):
            offered = ", ".join(f"«{label}»" for label in _NAMES[kind].values())
            raise CellFault(_("“%(text)s” is not in the list. Choose: %(offered)s.", text=text[:60], offered=offered))
        return _words(kind)[sort_key(text)]

    return read


_READERS: Columns = {
    "answer": _choice(AnswerKind),
    "served": _whole,
    "staff": _whole,
    "note": _text,
    "exit": _choice(Exit),
    "reason": _choice(ExitReason),
}


def carry_out(plan: Plan[Action], source: Source, *, by: Actor | None) -> None:
    """Do what the plan says, in the caller's transaction. Raises AnswerRefused or Overtaken as `answer` does."""
    for action in sorted(plan.actions, key=lambda action: action.question.id):
        current = action.question.current
        operations.answer(
            action.question,
            action.said,
            Source(source.way, action.by or source.answered_by),
            by=by,
            seen=current.id if current else 0,
        )
