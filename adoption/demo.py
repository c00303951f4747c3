"""Loads demo/adoptions.csv through the operations people use, with the dates of the file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from accounts.queries import organisation_by_code
from adoption import operations, rules
from adoption.models import Adoption, Confirmer, Exit, ExitReason, Stage
from adoption.operations import Request
from adoption.queries import adoption_of, shown_at
from adoption.rules import Reached
from forum.queries import forum_by_slug
from kernel.access import Actor
from kernel.db import db
from practices.models import Practice
from practices.queries import practice_by_key

_DATE = re.compile(r"(\d{2}\.\d{2}\.\d{4})")


def load_adoptions(rows: Iterable[dict[str, str]], *, by: Actor | None = None) -> int:
    """Carry rows as in demo/adoptions.csv through the operations; call inside `writing()`.

    No letters are sent; a pair of practice and organisation already there is passed over. Returns how many were added.
    """
    given = list(rows)
    added = sum(_load(row, by) for row in given)
    _name_mentors(given)
    return added


def _name_mentors(rows: list[dict[str, str]]) -> None:
    by_id = {row["id"]: row for row in rows}
    for row in rows:
        if row.get("mentor"):
            _known(row).source_adoption_id = _known(by_id[row["mentor"]]).id
    db.session.flush()


def _known(row: dict[str, str]) -> Adoption:
    practice, organisation = practice_by_key(row["practice"]), organisation_by_code(row["organisation"])
    found = adoption_of(practice.id, organisation.id) if practice and organisation else None
    assert found is not None
    return found


def _load(row: dict[str, str], by: Actor | None) -> bool:
    practice = practice_by_key(row["practice"])
    organisation = organisation_by_code(row["organisation"])
    if practice is None or organisation is None:
        raise LookupError(f"row {row['id']}: no practice {row['practice']!r} or organisation {row['organisation']!r}")
    dates = {stage: date.fromisoformat(row[stage.value]) for stage in Stage if row.get(stage.value)}
    adoption, new = operations.start_adoption(
        practice,
        organisation,
        _request(row, practice),
        by=by,
        on=dates[Stage.interest],
        letters=False,
        demo=True,
    )
    if not new:
        return False
    shows = evidence_by_stage(row["evidence"], dates, practice.first_unit)
    reached = [Reached(stage, on, shows.get(stage, "")) for stage, on in dates.items() if stage is not Stage.interest]
    units = int(row["units"]) if row["units"] else None
    begun = [step for step in reached if step.stage is not Stage.sustained]
    if begun:
        _move(adoption, begun, by, units)
    _confirm(adoption, bool(row.get("mentor")))
    if begun != reached:
        _move(adoption, reached[-1:], by)
    if row["exit"]:
        operations.leave(
            adoption,
            Exit(row["exit"]),
            ExitReason(row["exit_reason"]),
            row["exit_note"],
            by=by,
            on=exit_day(row["exit_note"], max(dates.values())),
        )
    _backdate(adoption, max(dates.values()))
    return True


def _move(adoption: Adoption, reached: list[Reached], by: Actor | None, units: int | None = None) -> None:
    """The file is right: whatever repeats in it is meant."""
    sure = rules.signature(rules.doubts(adoption.steps, reached))
    operations.move(adoption, reached, by=by, units=units, letters=False, sure=sure)


def _backdate(adoption: Adoption, last: date) -> None:
    """Lists order by when something changed: as it was then, not at loading."""
    first = min(step.reached_on for step in adoption.steps)
    adoption.created_at = datetime.combine(first, time(4), UTC)
    adoption.changed_at = datetime.combine(max(last, adoption.exit_date or last), time(4), UTC)
    for step in adoption.steps:
        step.recorded_at = datetime.combine(step.reached_on, time(4), UTC)


def _request(row: dict[str, str], practice: Practice) -> Request:
    forum = forum_by_slug(row["source_forum"])
    slots = [slot for slot, shown, _section in shown_at(practice.id) if forum and shown.id == forum.id]
    return Request(
        contact_name=row["contact_name"],
        contact_email=row["contact_email"],
        contact_phone=f"8 (395) 000-00-{row['id'][1:]}",  # no such number can be rung
        aim=row["aim"],
        source_forum_id=forum.id if forum else None,
        source_slot_id=slots[0].id if slots else None,
    )


def _confirm(adoption: Adoption, mentored: bool) -> None:
    """The region has confirmed what was launched before the last weeks, mentors a little less; the rest waits."""
    since = date(2026, 10, 20) if mentored else date(2026, 11, 6)
    for step in adoption.steps:
        if step.stage is Stage.launched and step.reached_on < since:
            at = datetime.combine(step.reached_on + timedelta(days=10), time(4), UTC)
            operations.confirm(adoption, by=None, role=Confirmer.curator, at=at)


def evidence_by_stage(text: str, dates: dict[Stage, date], first_unit: str) -> dict[Stage, str]:
    """Give each piece of «приказ № 1 от 22.07.2026; обслужена первая семья 19.10.2026» to the stage of its day.

    A piece without a stage of that day goes to the preparation; a launch without a piece is told by the first unit.
    """
    by_day = {on.strftime("%d.%m.%Y"): stage for stage, on in dates.items()}
    found: dict[Stage, str] = {}
    for piece in (piece.strip() for piece in text.split(";") if piece.strip()):
        day = _DATE.search(piece)
        stage = by_day.get(day.group(1)) if day else None
        found[stage or max(dates, key=lambda known: known.number)] = piece.removeprefix("закреплено: ")
    for stage in (Stage.preparation, Stage.launched, Stage.sustained):
        if stage in dates and stage not in found:
            told = first_unit if stage is Stage.launched and first_unit else "локальный акт"
            found[stage] = f"{told} {dates[stage].strftime('%d.%m.%Y')}"
    return found


def exit_day(note: str, last: date) -> date:
    """The day named in the note («Приостановлено 21.08.2026: …»), else thirty days after the last stage."""
    day = _DATE.search(note)
    return datetime.strptime(day.group(1), "%d.%m.%Y").date() if day else last + timedelta(days=30)
