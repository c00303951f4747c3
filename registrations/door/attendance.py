"""The door: who may enter, who is in. Attendance is an append-only log; presence says who is in now.

A scan costs three statements: who is it and what is known, the entry, the presence. The last two go together: the
presence is taken from the entry by its nonce. The second of two doors loses the insert of the presence and hears
«again».
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Row, Table, bindparam, delete, exists, insert, select

from activity.operations import record
from forum.models import Format, Forum
from kernel.access import SignedIn
from kernel.db import Columns, Record, along, db, dialect, inserting, utcnow
from kernel.secrets import forms_of
from registrations import operations
from registrations.door import queries
from registrations.door.codes import SHORT, WHOLE
from registrations.door.queries import ATTENDANCE, INSIDE, counter, run
from registrations.models import Attendance, AttendanceKind, Inside, Registration, RegistrationStatus
from registrations.operations import Application
from registrations.own.tickets import codes_of

Seen = Row[object]
"""What the door reads of a code: columns of several tables, in the order of the statement."""


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

    @property
    def sought(self) -> str:
        """The name to look for: the person's, or what was typed where a code belongs and is a name."""
        letters = self.typed.replace(" ", "").replace("-", "")
        is_name = len(letters) > 1 and letters.isalpha() and not (letters.isascii() and len(letters) >= 8)
        return self.name or (self.typed if is_name else "")


def scan(forum_id: int, code: str, *, nonce: str, user_id: int | None, gate: str = "", force: bool = False) -> Verdict:
    """Let in the holder of a whole code; whose code it was once is asked of `formerly`, outside the transaction."""
    seen, code = _of_code(forum_id, code)
    if seen is None:
        return Verdict(Answer.unknown)
    return _admit(forum_id, seen, nonce, user_id, gate, force)


def rehearse(forum_id: int, *, code: str = "", uuid: str = "", force: bool = False) -> Verdict:
    """What `scan` (of a code) or `admit` (of somebody found by name) would say; nothing is written."""
    if uuid:
        seen = queries.seen_by_uuid(forum_id, uuid)
    else:
        seen, code = _of_code(forum_id, code)
    if seen is None:
        return _count(Answer.unknown, forum_id) if uuid else Verdict(Answer.unknown)
    if seen.forum_id != forum_id:
        return _count(Answer.unknown, forum_id) if uuid else _other_forum(forum_id, seen.forum_id)
    inside_already = seen.entered_at is not None and not force
    return _verdict(_refusal(seen) or (Answer.again if inside_already else Answer.go), seen)


def _of_code(forum_id: int, code: str) -> tuple[Seen | None, str]:
    """Whose code it is, and the code in the form in force: a ticket may have been sent under a key of before."""
    seen = queries.seen_by_code(forum_id, code)
    others = forms_of("code", code) if seen is None else []
    for other in others:
        if (seen := queries.seen_by_code(forum_id, other)) is not None:
            return seen, other
    return seen, others[0] if others else code


def admit(forum_id: int, uuid: str, *, nonce: str, user_id: int | None, gate: str = "", force: bool = False) -> Verdict:
    """Let in somebody found by name."""
    seen = queries.seen_by_uuid(forum_id, uuid)
    if seen is None or seen.forum_id != forum_id:
        return _count(Answer.unknown, forum_id)
    return _admit(forum_id, seen, nonce, user_id, gate, force)


@cache
def _first(table: Table, dialect: str, returned: str, *unless: str) -> Any:
    """An insert that gives `returned`, or no row when one with the same `unless` is there."""
    return inserting(table, dialect).on_conflict_do_nothing(index_elements=unless).returning(table.c[returned])


def _admit(forum_id: int, seen: Seen, nonce: str, user_id: int | None, gate: str, force: bool) -> Verdict:
    if seen.forum_id != forum_id:
        return _other_forum(forum_id, seen.forum_id)
    if refusal := _refusal(seen):
        return _verdict(refusal, seen)
    # One nonce may come with two people (a form kept open): the entry's own nonce names the person too.
    nonce = f"{nonce[:48]}.{seen.id}"
    if seen.entered_at is not None and not force:
        # A retry of the request that let this person in hears the same as the first time.
        return _verdict(Answer.go if seen.nonce == nonce else Answer.again, seen)
    at = utcnow()
    entries = _enter(forum_id, seen.id, nonce, user_id, gate, at)
    came = _come_in(forum_id, nonce, at)
    if not entries:
        return _verdict(Answer.go, seen, entered_at=at, nonce=nonce)
    if seen.entered_at is not None:
        return _verdict(Answer.go, seen, nonce=nonce, gate=gate)
    if came:
        return _verdict(Answer.go, seen, inside=seen.inside + 1, entered_at=at, nonce=nonce, gate=gate)
    return _lost(forum_id, seen, entries[0][0])


def _refusal(seen: Seen) -> Answer | None:
    if seen.status is RegistrationStatus.cancelled:
        return Answer.cancelled
    if seen.format is Format.remote:
        return Answer.remote
    if seen.status is RegistrationStatus.waitlisted:
        return Answer.waitlisted
    return None


def _enter(
    forum_id: int, registration_id: int, nonce: str, user_id: int | None, gate: str, at: datetime
) -> list[Record]:
    """Append the entry, together with the next statement: its id, by then; nothing when this nonce is known already."""
    values = {
        "forum_id": forum_id,
        "registration_id": registration_id,
        "kind": AttendanceKind.entry,
        "source": "door",
        "gate": gate[:80],
        "user_id": user_id,
        "nonce": nonce,
        "verdict": Answer.go.value,
        "at": at,
    }
    return along(_first(ATTENDANCE, dialect(), "id", "forum_id", "nonce"), values)


def _come_in(forum_id: int, nonce: str, at: datetime) -> bool:
    """Mark as present by the entry of this moment; False when another door did so, or this one, a moment ago."""
    return run(_come(dialect()), forum=forum_id, nonce=nonce, undo=_undoing(nonce), at=at).first() is not None


@cache
def _come(dialect: str) -> Any:
    entry, undo = ATTENDANCE.c, ATTENDANCE.alias("undo").c
    found = select(entry.registration_id, entry.forum_id, entry.id, entry.at).where(
        entry.forum_id == bindparam("forum"),
        entry.nonce == bindparam("nonce"),
        entry.at == bindparam("at"),
        ~exists().where(undo.forum_id == bindparam("forum"), undo.nonce == bindparam("undo")),
    )
    columns = ("registration_id", "forum_id", "entry_id", "entered_at")
    came = inserting(INSIDE, dialect).from_select(columns, found)
    return came.on_conflict_do_nothing(index_elements=["registration_id"]).returning(INSIDE.c.registration_id)


def _lost(forum_id: int, seen: Seen, entry_id: int) -> Verdict:
    """Two doors at once: the entry written in vain is taken out before anybody can see it."""
    db.session.execute(delete(Attendance).where(Attendance.id == entry_id))
    fresh = queries.seen_by_id(forum_id, seen.id)
    return _verdict(Answer.again, fresh)


def _verdict(answer: Answer, seen: Seen, **changes: object) -> Verdict:
    values: Columns = {
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


def _had_place(seen: Seen) -> bool:
    """A second code means a change of format; a first one in person, that the place was given back."""
    if seen.code_generation > 1:
        return True
    return seen.format is Format.in_person and seen.confirmed_at is not None


def formerly(forum_id: int, readings: Sequence[str]) -> Verdict:
    """Of codes that open nothing now: whose one of them was once, or unknown. Reads much: outside a transaction."""
    asked = {*readings, *(form for code in readings if len(code) == WHOLE for form in forms_of("code", code))}
    for registration_id, uuid, generation in queries.with_earlier_codes(forum_id):
        earlier = (code for number in range(1, generation) for code in codes_of(uuid, number))
        if any(code in asked or code[:SHORT] in asked for code in earlier):
            seen = queries.seen_by_id(forum_id, registration_id)
            return _verdict(Answer.revoked, seen)
    return _count(Answer.unknown, forum_id)


def _other_forum(forum_id: int, other_id: int) -> Verdict:
    return _count(Answer.other_forum, forum_id, other=queries.forum_name(other_id))


def _count(answer: Answer, forum_id: int, **values: Any) -> Verdict:
    inside, expected = counter(forum_id)
    return Verdict(answer, inside=inside, expected=expected, **values)


def undo(forum_id: int, nonce: str, *, user_id: int | None) -> bool:
    """Take the entry of `nonce` back: the log keeps both, the person is out. False when there is nothing to undo."""
    entry = queries.entry_of(forum_id, nonce)
    if entry is None:
        return False
    undone = run(
        _first(ATTENDANCE, dialect(), "id", "forum_id", "nonce"),
        forum_id=forum_id,
        registration_id=entry.registration_id,
        kind=AttendanceKind.undo,
        source="door",
        user_id=user_id,
        nonce=_undoing(nonce),
        undoes_id=entry.id,
        at=utcnow(),
    )
    if undone.first() is None:
        return False
    db.session.execute(delete(Inside).where(Inside.entry_id == entry.id))
    return True


def _undoing(nonce: str) -> str:
    """The nonce of what takes back the entry of `nonce`."""
    return f"-{nonce}"[:64]


def give_place(forum: Forum, registration: Registration, *, nonce: str, by: SignedIn, gate: str = "") -> Verdict:
    """Bring somebody who lost the place in the hall back and let them in. Raises NoPlaces."""
    forum_id, user_id, uuid = forum.id, by.id, registration.uuid
    operations.change_format(registration, Format.in_person, by=by, wait=False)
    db.session.flush()
    return admit(forum_id, uuid, nonce=nonce, user_id=user_id, gate=gate)


def admit_newcomer(forum_id: int, application: Application, *, nonce: str, by: SignedIn, wait: bool) -> Verdict:
    """Sign somebody up at the door and let them in, in a transaction of its own. Raises NoPlaces."""

    def act() -> Verdict:
        outcome = operations.register(forum_id, application, by=by, wait=wait)
        return admit(forum_id, outcome.uuid, nonce=nonce, user_id=by.id)

    return operations.attempt(act)


def admit_many(forum: Forum, entries: Iterable[tuple[int, datetime]], *, source: str = "import") -> int:
    """Write entries of (registration id, moment) at once, for an import or the demo world; those in are skipped."""
    known = queries.inside(forum.id)
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
    ids = queries.entries_from(forum.id, source, [row["nonce"] for row in rows])
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
    db.session.execute(insert(Inside), present)
    record(None, "attendance.imported", forum, count=len(present))
    return len(present)
