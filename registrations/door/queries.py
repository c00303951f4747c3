"""What the door reads. Statements of a scan are composed once, of tables and not of models: at the door composing one
costs more than running it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, func, select

from forum.models import Format, Forum, Quota
from kernel.db import db, utcnow
from kernel.secrets import FormerSecret, token_hash
from registrations.door.codes import SHORT, WHOLE
from registrations.models import Attendance, AttendanceKind, Inside, Registration
from registrations.own.tickets import START, code_of
from territories.models import Territory

RECENT = timedelta(minutes=10)
"""How long an entry is offered for taking back without a search."""


def run(statement: Any, **values: Any) -> Any:
    return db.session.connection().execute(statement, values)


_registration, INSIDE, ATTENDANCE = Registration.__table__, Inside.__table__, Attendance.__table__


_quota, _territory = Quota.__table__, Territory.__table__


_INSIDE = (
    select(func.count())
    .select_from(INSIDE)
    .where(INSIDE.c.forum_id == bindparam("forum"))
    .scalar_subquery()
    .label("inside")
)


_SEEN = select(
    _registration.c.id,
    _registration.c.uuid,
    _registration.c.forum_id,
    _registration.c.name,
    _registration.c.organisation,
    _registration.c.status,
    _registration.c.format,
    _registration.c.code_generation,
    _registration.c.confirmed_at,
    _territory.c.short_name.label("territory"),
    INSIDE.c.entered_at,
    ATTENDANCE.c.gate,
    ATTENDANCE.c.nonce,
    _INSIDE,
    _quota.c.capacity,
    _quota.c.taken,
).select_from(
    _registration.outerjoin(_territory, _territory.c.id == _registration.c.territory_id)
    .outerjoin(INSIDE, INSIDE.c.registration_id == _registration.c.id)
    .outerjoin(ATTENDANCE, ATTENDANCE.c.id == INSIDE.c.entry_id)
    .outerjoin(_quota, (_quota.c.forum_id == bindparam("forum")) & (_quota.c.format == Format.in_person))
)
"""Everything a verdict needs, in one statement; by the hash of a code, a uuid or an id."""


_BY_CODE, _BY_UUID, _BY_ID = (
    _SEEN.where(column == bindparam("key"))
    for column in (_registration.c.code_hash, _registration.c.uuid, _registration.c.id)
)


def counter(forum_id: int) -> tuple[int, int | None]:
    """How many are inside, and how many have a place in the hall (None: the forum has none)."""
    inside, taken = run(_COUNTER, forum=forum_id).one()
    return int(inside), taken


_COUNTER = select(
    _INSIDE,
    select(_quota.c.taken)
    .where(_quota.c.forum_id == bindparam("forum"), _quota.c.format == Format.in_person)
    .scalar_subquery(),
)


def code_in_force(forum_id: int, readings: Sequence[str]) -> str:
    """The whole code of the one ticket in force that one of `readings` (see `codes.readings`) stands for, or "".

    A short one is found by its own key: 40 bits against a few thousand tickets, and only for those at the door.
    """
    whole = {token_hash(code): code for code in readings if len(code) == WHOLE}
    short = [token_hash(code) for code in readings if len(code) == SHORT]
    for column in (_registration.c.code_hash, FormerSecret.hash):
        if known := db.session.scalars(select(column).where(column.in_(whole))).all():
            return whole[known[0]]
    tickets = select(Registration.uuid, Registration.code_generation, Registration.key_id)
    tickets = tickets.where(Registration.forum_id == forum_id).limit(2)
    former = tickets.join(FormerSecret, FormerSecret.uuid == Registration.uuid).where(
        Registration.code_generation == FormerSecret.generation, FormerSecret.purpose == START.kept_as
    )
    rows = db.session.execute(tickets.where(Registration.short_hash.in_(short))).all()
    rows = rows or db.session.execute(former.where(FormerSecret.hash.in_(short))).all()
    return code_of(*rows[0]) if len(rows) == 1 else ""


class LastEntry(NamedTuple):
    name: str
    at: datetime
    nonce: str
    undone: bool = False
    """Whether it has been taken back: nothing earlier is offered then, a second tap must not take out another."""


def last_entry(forum_id: int, user_id: int) -> LastEntry | None:
    """Whom this volunteer let in or took back last, while the person is in (or out again) and it is recent."""
    row = db.session.execute(
        select(Registration.name, Attendance.at, Attendance.nonce, Attendance.kind, Inside.entry_id)
        .outerjoin(Inside, Inside.entry_id == Attendance.id)
        .join(Registration, Registration.id == Attendance.registration_id)
        .where(
            Attendance.forum_id == forum_id,
            Attendance.user_id == user_id,
            Attendance.kind.in_((AttendanceKind.entry, AttendanceKind.undo)),
            Registration.erased_at.is_(None),
            Attendance.at.between(utcnow() - RECENT, utcnow() + RECENT),
        )
        .order_by(Attendance.at.desc(), Attendance.id.desc())
        .limit(1)
    ).first()
    if row is None or (row.kind is AttendanceKind.entry and row.entry_id is None):
        return None
    return LastEntry(row.name, row.at, row.nonce, row.kind is AttendanceKind.undo)


def is_recent(at: datetime | None) -> bool:
    return at is not None and abs(utcnow() - at) < RECENT  # not one of a clock that was ahead


def seen_by_code(forum_id: int, code: str) -> Row[object] | None:
    """Whose whole code it is, and everything a verdict needs; of whatever forum."""
    found: Row[object] | None = run(_BY_CODE, forum=forum_id, key=token_hash(code)).first()
    return found


def seen_by_uuid(forum_id: int, uuid: str) -> Row[object] | None:
    found: Row[object] | None = run(_BY_UUID, forum=forum_id, key=uuid).first()
    return found


def seen_by_id(forum_id: int, registration_id: int) -> Row[object]:
    found: Row[object] = run(_BY_ID, forum=forum_id, key=registration_id).one()
    return found


def with_earlier_codes(forum_id: int) -> Iterable[tuple[int, str, int]]:
    """(id, uuid, generation) of everybody whose code is not the first."""
    changed = (Registration.forum_id == forum_id, Registration.code_generation > 1)
    return db.session.execute(select(Registration.id, Registration.uuid, Registration.code_generation).where(*changed))


def forum_name(forum_id: int) -> str:
    return db.session.scalar(select(Forum.name).where(Forum.id == forum_id)) or ""


def entry_of(forum_id: int, nonce: str) -> Any:
    """The row (id, registration_id) of the entry that this request wrote, or None."""
    mine = (Attendance.forum_id == forum_id, Attendance.nonce == nonce, Attendance.kind == AttendanceKind.entry)
    return db.session.execute(select(Attendance.id, Attendance.registration_id).where(*mine)).first()


def inside(forum_id: int) -> set[int]:
    """Ids of the registrations of whoever is in."""
    return set(db.session.scalars(select(Inside.registration_id).where(Inside.forum_id == forum_id)))


def entries_from(forum_id: int, source: str, nonces: Sequence[object]) -> Iterable[tuple[int, int]]:
    """(id, registration id) of entries with these nonces; of all from `source` when they are too many to name."""
    which = Attendance.nonce.in_(nonces) if len(nonces) <= 500 else Attendance.source == source
    return db.session.execute(
        select(Attendance.id, Attendance.registration_id).where(Attendance.forum_id == forum_id, which)
    )
