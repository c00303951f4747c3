"""The door: who may enter, who is in. Attendance is an append-only log; presence says who is in now.

A scan costs three statements: who is it and what is known, the entry, the presence. The second of
two doors loses the insert of the presence and hears «again».
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, delete, func, insert, select

from activity.operations import record
from forum.models import Format, Forum, Quota
from kernel.db import db, dialect, inserting, utcnow
from kernel.secrets import FormerSecret, forms_of, token_hash
from registrations import operations
from registrations.door.codes import SHORT, WHOLE
from registrations.models import Attendance, AttendanceKind, Presence, Registration, RegistrationStatus
from registrations.operations import Application
from registrations.own.tickets import START, code_of, codes_of
from territories.models import Territory

RECENT = timedelta(minutes=10)
"""How long an entry is offered for taking back without a search."""


class Answer(enum.Enum):
    go = "go"
    again = "again"
    cancelled = "cancelled"
    waitlisted = "waitlisted"
    remote = "remote"
    revoked = "revoked"
    other_forum = "other_forum"
    unknown = "unknown"


class Verdict(NamedTuple):
    """What the door says, and what a page needs to say it; plain values, no objects of the session."""

    answer: Answer
    inside: int = 0
    capacity: int | None = None
    expected: int | None = None
    """Who has a place in the hall; None when the forum has no such format."""
    uuid: str = ""
    name: str = ""
    territory: str = ""
    organisation: str = ""
    entered_at: datetime | None = None
    gate: str = ""
    nonce: str = ""
    """Of the entry this verdict stands on: what undo names."""
    places: bool = False
    """Whether a place in the hall is free, for those who have lost theirs."""
    had_place: bool = False
    """Whether the person had a place in the hall once."""
    typed: str = ""
    """What a volunteer typed, when that opens nothing."""
    other: str = ""
    """The other forum's name."""
    format: Format | None = None
    status: RegistrationStatus | None = None


def scan(forum_id: int, code: str, *, nonce: str, user_id: int | None, gate: str = "", force: bool = False) -> Verdict:
    """Let in the holder of a whole code; whose code it was once is asked of `formerly`, outside the transaction."""
    seen, code = _of_code(forum_id, code)
    if seen is None:
        return Verdict(Answer.unknown)
    return _admit(forum_id, seen, nonce, user_id, gate, force)


def rehearse(forum_id: int, *, code: str = "", uuid: str = "", force: bool = False) -> Verdict:
    """What `scan` (of a code) or `admit` (of somebody found by name) would say; nothing is written."""
    if uuid:
        seen = _run(_BY_UUID, forum=forum_id, key=uuid).first()
    else:
        seen, code = _of_code(forum_id, code)
    if seen is None:
        return _count(Answer.unknown, forum_id) if uuid else Verdict(Answer.unknown)
    if seen.forum_id != forum_id:
        return _count(Answer.unknown, forum_id) if uuid else _other_forum(forum_id, seen.forum_id)
    inside_already = seen.entered_at is not None and not force
    return _verdict(_refusal(seen) or (Answer.again if inside_already else Answer.go), seen)


def _of_code(forum_id: int, code: str) -> tuple[Row[Any] | None, str]:
    """Whose code it is, and the code in the form in force: a ticket may have been sent under a key of before."""
    seen = _run(_BY_CODE, forum=forum_id, key=token_hash(code)).first()
    others = forms_of("code", code) if seen is None else []
    for other in others:
        if (seen := _run(_BY_CODE, forum=forum_id, key=token_hash(other)).first()) is not None:
            return seen, other
    return seen, others[0] if others else code


def admit(forum_id: int, uuid: str, *, nonce: str, user_id: int | None, gate: str = "", force: bool = False) -> Verdict:
    """Let in somebody found by name."""
    seen = _run(_BY_UUID, forum=forum_id, key=uuid).first()
    if seen is None or seen.forum_id != forum_id:
        return _count(Answer.unknown, forum_id)
    return _admit(forum_id, seen, nonce, user_id, gate, force)


def _run(statement: Any, **values: Any) -> Any:
    return db.session.connection().execute(statement, values)


# Tables and not models, composed once: at the door composing a statement costs more than running it.
_registration, _presence, _attendance = Registration.__table__, Presence.__table__, Attendance.__table__
_quota, _territory = Quota.__table__, Territory.__table__
_INSIDE = (
    select(func.count())
    .select_from(_presence)
    .where(_presence.c.forum_id == bindparam("forum"))
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
    _presence.c.entered_at,
    _attendance.c.gate,
    _attendance.c.nonce,
    _INSIDE,
    _quota.c.capacity,
    _quota.c.taken,
).select_from(
    _registration.outerjoin(_territory, _territory.c.id == _registration.c.territory_id)
    .outerjoin(_presence, _presence.c.registration_id == _registration.c.id)
    .outerjoin(_attendance, _attendance.c.id == _presence.c.entry_id)
    .outerjoin(_quota, (_quota.c.forum_id == bindparam("forum")) & (_quota.c.format == Format.in_person))
)
"""Everything a verdict needs, in one statement."""
_BY_CODE, _BY_UUID, _BY_ID = (
    _SEEN.where(column == bindparam("key"))
    for column in (_registration.c.code_hash, _registration.c.uuid, _registration.c.id)
)


@cache
def _first(table: Any, dialect: str, returned: str, *unless: str) -> Any:
    """An insert that gives `returned`, or no row when one with the same `unless` is there."""
    return inserting(table, dialect).on_conflict_do_nothing(index_elements=unless).returning(table.c[returned])


def _admit(forum_id: int, seen: Row[Any], nonce: str, user_id: int | None, gate: str, force: bool) -> Verdict:
    if seen.forum_id != forum_id:
        return _other_forum(forum_id, seen.forum_id)
    if refusal := _refusal(seen):
        return _verdict(refusal, seen)
    # One nonce may come with two people (a form kept open): the entry's own nonce names the person too.
    nonce = f"{nonce[:48]}.{seen.id}"
    if seen.entered_at is not None and not force:
        # A retry of the request that let this person in hears the same as the first time.
        return _verdict(Answer.go if seen.nonce == nonce else Answer.again, seen)
    entry = _enter(forum_id, seen.id, nonce, user_id, gate)
    if entry is None:
        return _verdict(Answer.go, seen, entered_at=utcnow(), nonce=nonce)
    if seen.entered_at is not None:
        return _verdict(Answer.go, seen, nonce=nonce, gate=gate)
    if _come_in(forum_id, seen.id, entry):
        return _verdict(Answer.go, seen, inside=seen.inside + 1, entered_at=utcnow(), nonce=nonce, gate=gate)
    return _lost(forum_id, seen, entry)


def _refusal(seen: Row[Any]) -> Answer | None:
    if seen.status is RegistrationStatus.cancelled:
        return Answer.cancelled
    if seen.format is Format.remote:
        return Answer.remote
    if seen.status is RegistrationStatus.waitlisted:
        return Answer.waitlisted
    return None


def _enter(forum_id: int, registration_id: int, nonce: str, user_id: int | None, gate: str) -> int | None:
    """Append the entry; None when this nonce is known already."""
    found: int | None = _run(
        _first(_attendance, dialect(), "id", "forum_id", "nonce"),
        forum_id=forum_id,
        registration_id=registration_id,
        kind=AttendanceKind.entry,
        source="door",
        gate=gate[:80],
        user_id=user_id,
        nonce=nonce,
        verdict=Answer.go.value,
        at=utcnow(),
    ).scalar()
    return found


def _come_in(forum_id: int, registration_id: int, entry_id: int) -> bool:
    """Mark as present; False when another door did so a moment ago."""
    statement = _first(_presence, dialect(), "registration_id", "registration_id")
    values = {"registration_id": registration_id, "forum_id": forum_id, "entry_id": entry_id, "entered_at": utcnow()}
    return _run(statement, **values).first() is not None


def _lost(forum_id: int, seen: Row[Any], entry_id: int) -> Verdict:
    """Two doors at once: the entry written in vain is taken out before anybody can see it."""
    db.session.execute(delete(Attendance).where(Attendance.id == entry_id))
    fresh = _run(_BY_ID, forum=forum_id, key=seen.id).one()
    return _verdict(Answer.again, fresh)


def _verdict(answer: Answer, seen: Row[Any], **changes: Any) -> Verdict:
    values: dict[str, Any] = {
        "inside": seen.inside,
        "capacity": seen.capacity,
        "expected": seen.taken,
        "had_place": _had_place(seen),
        "uuid": seen.uuid,
        "name": seen.name,
        "territory": seen.territory or "",
        "organisation": seen.organisation,
        "entered_at": seen.entered_at,
        "gate": seen.gate or "",
        "nonce": seen.nonce or "",
        "places": seen.capacity is None or (seen.taken or 0) < seen.capacity,
        "format": seen.format,
        "status": seen.status,
    }
    return Verdict(answer, **(values | changes))


def _had_place(seen: Row[Any]) -> bool:
    """A second code means a change of format; a first one in person, that the place was given back."""
    if seen.code_generation > 1:
        return True
    return seen.format is Format.in_person and seen.confirmed_at is not None


def formerly(forum_id: int, readings: Sequence[str]) -> Verdict:
    """Of codes that open nothing now: whose one of them was once, or unknown. Reads much: outside a transaction."""
    rows = db.session.execute(
        select(Registration.id, Registration.uuid, Registration.code_generation).where(
            Registration.forum_id == forum_id, Registration.code_generation > 1
        )
    )
    asked = {*readings, *(form for code in readings if len(code) == WHOLE for form in forms_of("code", code))}
    for registration_id, uuid, generation in rows:
        earlier = (code for number in range(1, generation) for code in codes_of(uuid, number))
        if any(code in asked or code[:SHORT] in asked for code in earlier):
            seen = _run(_BY_ID, forum=forum_id, key=registration_id).one()
            return _verdict(Answer.revoked, seen)
    return _count(Answer.unknown, forum_id)


def _other_forum(forum_id: int, other_id: int) -> Verdict:
    name = db.session.scalar(select(Forum.name).where(Forum.id == other_id))
    return _count(Answer.other_forum, forum_id, other=name or "")


def _count(answer: Answer, forum_id: int, **values: Any) -> Verdict:
    inside, expected = counter(forum_id)
    return Verdict(answer, inside=inside, expected=expected, **values)


def counter(forum_id: int) -> tuple[int, int | None]:
    """How many are inside, and how many have a place in the hall (None: the forum has none)."""
    inside, taken = _run(_COUNTER, forum=forum_id).one()
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
        select(Registration.name, Attendance.at, Attendance.nonce, Attendance.kind, Presence.entry_id)
        .outerjoin(Presence, Presence.entry_id == Attendance.id)
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


def undo(forum_id: int, nonce: str, *, user_id: int | None) -> bool:
    """Take the entry of `nonce` back: the log keeps both, the person is out. False when there is nothing to undo."""
    entry = db.session.execute(
        select(Attendance.id, Attendance.registration_id).where(
            Attendance.forum_id == forum_id, Attendance.nonce == nonce, Attendance.kind == AttendanceKind.entry
        )
    ).first()
    if entry is None:
        return False
    undone = _run(
        _first(_attendance, dialect(), "id", "forum_id", "nonce"),
        forum_id=forum_id,
        registration_id=entry.registration_id,
        kind=AttendanceKind.undo,
        source="door",
        user_id=user_id,
        nonce=f"-{nonce}"[:64],
        undoes_id=entry.id,
        at=utcnow(),
    )
    if undone.first() is None:
        return False
    db.session.execute(delete(Presence).where(Presence.entry_id == entry.id))
    return True


def give_place(forum: Forum, registration: Registration, *, nonce: str, by: Any, gate: str = "") -> Verdict:
    """Bring somebody who lost the place in the hall back and let them in. Raises NoPlaces."""
    forum_id, user_id, uuid = forum.id, by.id, registration.uuid
    operations.change_format(registration, Format.in_person, by=by, wait=False)
    db.session.flush()
    return admit(forum_id, uuid, nonce=nonce, user_id=user_id, gate=gate)


def admit_newcomer(forum_id: int, application: Application, *, nonce: str, by: Any, wait: bool) -> Verdict:
    """Sign somebody up at the door and let them in, in a transaction of its own. Raises NoPlaces."""

    def act() -> Verdict:
        outcome = operations.register(forum_id, application, by=by, wait=wait)
        return admit(forum_id, outcome.uuid, nonce=nonce, user_id=by.id)

    return operations.attempt(act)


def admit_many(forum: Forum, entries: Iterable[tuple[int, datetime]], *, source: str = "import") -> int:
    """Write entries of (registration id, moment) at once, for an import or the demo world; those in are skipped."""
    known = set(db.session.scalars(select(Presence.registration_id).where(Presence.forum_id == forum.id)))
    new = {registration_id: at for registration_id, at in entries if registration_id not in known}
    if not new:
        return 0
    rows = [
        {
            "forum_id": forum.id,
            "registration_id": registration_id,
            "kind": AttendanceKind.entry,
            "source": source,
            "gate": "",
            "nonce": f"{source}-{registration_id}",
            "verdict": Answer.go.value,
            "at": at,
        }
        for registration_id, at in new.items()
    ]
    db.session.execute(insert(Attendance), rows)
    ids = db.session.execute(
        select(Attendance.id, Attendance.registration_id).where(
            Attendance.forum_id == forum.id, Attendance.nonce.in_([row["nonce"] for row in rows])
        )
        if len(rows) <= 500
        else select(Attendance.id, Attendance.registration_id).where(
            Attendance.forum_id == forum.id, Attendance.source == source
        )
    )
    present = [
        {
            "registration_id": registration_id,
            "forum_id": forum.id,
            "entry_id": entry,
            "entered_at": new[registration_id],
        }
        for entry, registration_id in ids
        if registration_id in new
    ]
    db.session.execute(insert(Presence), present)
    record(None, "attendance.imported", forum, count=len(present))
    return len(present)
