"""Erasing a participant after the consent is withdrawn: what is left counts, and leads back to nobody."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Enum, String, delete, or_, update
from werkzeug.exceptions import NotFound

from accounts.models import Consent
from accounts.operations import RESET
from accounts.settings import site
from activity.models import Entry, Letter
from activity.operations import record
from forum.queries import phase
from kernel import files
from kernel.access import Actor
from kernel.db import db, utcnow
from kernel.erasing import sweep_shelves, wipe_later
from kernel.files import FileRefused, StoredFile
from kernel.imports import ImportPreview
from kernel.jobs import Job
from kernel.secrets import FormerSecret
from kernel.text import sort_key
from kernel.transaction import retried, writing
from registrations import operations, queries
from registrations.desk import importer
from registrations.desk import queries as desk_queries
from registrations.details import identity_of, questions_named
from registrations.models import Interest, Registration, RegistrationStatus
from registrations.own.tickets import erased_key
from registrations.signals import erasing
from registrations.signup import quotas

KINDS_OF_LETTERS = "registration_"


class Stays(NamedTuple):
    """What is said to stay before somebody is erased."""

    counts: bool
    """Whether the person took part already; else the place becomes free."""
    shared: bool
    """Whether others are registered with the mailbox: letters to all of it stay until they are a month old."""
    copies: str
    """For how many days copies of the database are kept."""
    answers: str
    """The questions whose answers go."""


def stays(registration: Registration) -> Stays:
    others = [one for one in queries.same_mailbox(registration.forum_id, registration.email) if one is not registration]
    return Stays(_is_history(registration), bool(others), site().backup_days, questions_named())


def erase(registrations: Sequence[Registration], *, by: Actor | None = None) -> None:
    """Erase registrations of one person, in a transaction of its own: rows, consents, log, letters, files, shelves.

    Raises NotFound when they are erased already.
    """
    ids = sorted(one.id for one in registrations)
    name, email = registrations[0].name, registrations[0].email
    loaded = _files_with(identity_of(email, name))

    def act() -> None:
        with writing():
            _erase(ids, name, email, by)
            _forget_files(loaded)
            wipe_later()

    retried(act)()
    files.blank([uuid for _preview, _file, uuid in loaded])


def _erase(ids: Sequence[int], name: str, email: str, by: Actor | None) -> None:
    rows = [queries.registration_by_id(one) for one in ids]
    for registration in sorted(rows, key=lambda one: (one.forum_id, one.id)):
        quotas.lock_counters(registration.forum_id)
        db.session.refresh(registration)
        if registration.erased_at is not None or registration.identity != identity_of(email, name):
            raise NotFound()
        if not _is_history(registration):
            operations.cancel(registration, by=by)
        erasing(registration)
        _empty(registration)
        record(by, "registration.erased", registration)
    db.session.flush()
    alone = not queries.mailbox_is_used(email)
    _forget_letters(ids, email if alone else None)
    _forget_doings(ids)
    words = [name, sort_key(name), identity_of(email, name), *([email] if alone else [])]
    sweep_shelves(Registration.__tablename__, ids, words)


def _is_history(registration: Registration) -> bool:
    """Whether the registration already counts: of a forum that is over, or of somebody who came in."""
    if registration.status is not RegistrationStatus.confirmed:
        return registration.status is RegistrationStatus.cancelled
    return phase(registration.forum) == "after" or queries.inside_now(registration) is not None


TEXTS = [
    column.name
    for column in Registration.__table__.columns
    if type(column.type) is not Enum and isinstance(column.type, String)
    if column.name not in ("uuid", "identity", "link_hash", "code_hash", "key_id", "language", "source", "erased_key")
]
"""Every text of the row, those that later releases add among them."""


def _empty(registration: Registration) -> None:
    """What is left: forum, format, state, municipality and moments. Old links and codes open nothing."""
    registration.erased_key = erased_key(registration.identity)
    registration.erased_at = utcnow()
    db.session.execute(delete(FormerSecret).where(FormerSecret.uuid == registration.uuid))
    registration.uuid = str(uuid4())
    registration.identity = f"erased|{registration.uuid}"
    for name in TEXTS:
        setattr(registration, name, "")
    registration.link_hash, registration.code_hash = secrets.token_hex(20), secrets.token_hex(20)
    registration.link_generation = registration.code_generation = 0
    registration.sequence += 1
    db.session.execute(delete(Interest).where(Interest.registration_id == registration.id))
    given = (Consent.subject_type == Registration.__tablename__, Consent.subject_id == registration.id)
    db.session.execute(update(Consent).where(*given).values(address=""))
    db.session.execute(update(Consent).where(*given, Consent.withdrawn_at.is_(None)).values(withdrawn_at=utcnow()))
    db.session.flush()
    db.session.expire(registration, ["interests"])


def _forget_letters(ids: Sequence[int], mailbox: str | None) -> None:
    """Letters about these registrations; those to the whole `mailbox` too when nobody else has it."""
    mine = [Letter.argument["registration_id"].as_integer().in_(ids)]
    if mailbox:
        mine.append(Letter.to == mailbox)
        asked = (Job.kind.in_((operations.LINKS, RESET)), Job.argument["email"].as_string() == mailbox)
        db.session.execute(delete(Job).where(*asked))
    db.session.execute(delete(Letter).where(Letter.kind.startswith(KINDS_OF_LETTERS), or_(*mine)))


def _forget_doings(ids: Sequence[int]) -> None:
    """The log keeps what was done with the registration and when, without a name or a value."""
    about = (Entry.subject_type == Registration.__tablename__, Entry.subject_id.in_(ids))
    db.session.execute(update(Entry).where(*about).values(subject_name="", details={}))


Loaded = tuple[int, int, str]
"""Id of a preview, id and uuid of its file."""


def _files_with(identity: str) -> list[Loaded]:
    """Lists loaded in the last days that name the person; what cannot be read any more is among them."""
    rows = desk_queries.loaded_lists(importer.PARTICIPANT_PREVIEWS)
    return [(preview.id, stored.id, stored.uuid) for preview, stored in rows if _names(stored, identity)]


def _names(stored: StoredFile, identity: str) -> bool:
    try:
        table = importer.read(stored.name, files.read(stored))
    except (FileRefused, NotFound):
        return True
    return any(importer.identity_in(values) == identity for _number, values in table.rows)


def _forget_files(loaded: Sequence[Loaded]) -> None:
    db.session.execute(delete(ImportPreview).where(ImportPreview.id.in_([preview for preview, _file, _uuid in loaded])))
    files.discard([(file, uuid) for _preview, file, uuid in loaded])
