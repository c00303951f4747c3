"""A list of participants carried out: a few bulk statements in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from accounts.enums import ConsentKind
from accounts.models import Consent
from accounts.queries import consent_text
from activity.models import Letter
from activity.operations import record
from forum.models import Format, Forum
from kernel.db import Columns, db, utcnow
from kernel.imports import Plan
from kernel.text import sort_key
from registrations import operations
from registrations.desk import queries
from registrations.desk.importer import Entry
from registrations.details import details_of
from registrations.models import Interest, Registration, RegistrationStatus
from registrations.own.tickets import first_hashes
from registrations.signup import quotas


def carry_out(plan: Plan[Entry], forum: Forum, by: Any, letters: bool) -> None:
    """Do what the plan says, in the caller's transaction; `letters` queues one to each new participant."""
    if not plan.actions:
        return
    new = [entry for entry in plan.actions if entry.registration is None]
    changed = [entry for entry in plan.actions if entry.registration is not None]
    forum_id = forum.id
    quotas.lock_counters(forum_id)
    if new:
        create(forum, new, letters=letters)
    for entry in changed:
        _change(entry, by)
    record(
        by,
        "registrations.imported",
        forum,
        created=len(new),
        changed=len(changed),
        errors=plan.errors,
    )


def create(
    forum: Forum, entries: Sequence[Entry], *, letters: bool, source: str = "import", demo: bool = False
) -> list[int]:
    """Insert new registrations at once, seat them in the file's order, queue the rest; returns their ids.

    The caller holds the counters' lock.
    """
    rows = [_values(forum.id, entry, source, demo) for entry in entries]
    for format in Format:
        _seat_all(forum.id, format, [row for row in rows if row["format"] is format])
    db.session.execute(insert(Registration), rows)
    ids = queries.ids_by_identity(forum.id)
    numbers = [ids[row["identity"]] for row in rows]
    interests = [
        {"registration_id": ids[entry.details.identity], "section_id": section_id}
        for entry in entries
        for section_id in entry.section_ids
    ]
    if interests:
        db.session.execute(insert(Interest), interests)
    text = consent_text(ConsentKind.personal_data, "ru")
    if text is not None:
        given = {"text_id": text.id, "subject_type": "registration", "given_at": utcnow(), "on_paper": True}
        db.session.execute(insert(Consent), [given | {"subject_id": number, "address": ""} for number in numbers])
    if letters:
        db.session.execute(
            insert(Letter),
            [
                {"kind": "registration_ticket", "to": row["email"], "argument": {"registration_id": number}}
                for row, number in zip(rows, numbers, strict=True)
            ],
        )
    return numbers


def _values(forum_id: int, entry: Entry, source: str, demo: bool) -> Columns:
    uuid = str(uuid4())
    columns = entry.details.columns()
    return {
        "uuid": uuid,
        "forum_id": forum_id,
        "identity": entry.details.identity,
        **columns,
        "name_key": sort_key(columns["name"])[:255],
        "organisation_key": sort_key(columns["organisation"])[:255],
        "format": entry.format,
        "status": RegistrationStatus.confirmed,
        **first_hashes(uuid),
        "source": source,
        "created_at": utcnow(),
        "confirmed_at": utcnow(),
        "waiting_number": None,
        "demo": demo,
    }


def _seat_all(forum_id: int, format: Format, rows: list[dict[str, object]]) -> None:
    """Confirm as many as there are places, number the rest."""
    if not rows:
        return
    free = quotas.free(forum_id, format)
    seated = len(rows) if free is None else min(free, len(rows))
    quotas.add_taken(forum_id, format, seated)
    waiting = rows[seated:]
    first = quotas.add_waiting(forum_id, format, len(waiting)) if waiting else 0
    for number, row in enumerate(waiting, start=first):
        row["status"], row["confirmed_at"], row["waiting_number"] = RegistrationStatus.waitlisted, None, number


def _change(entry: Entry, by: Any) -> None:
    registration = entry.registration
    assert registration is not None
    operations.correct(registration, entry.details.added_to(details_of(registration)), by=by)
    if entry.says_format and entry.format is not registration.format:
        operations.change_format(registration, entry.format, by=by)
