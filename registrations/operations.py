"""Signing up, giving a place back, changing the format.

Order of locks on both databases: the forum's counters in id order, then registrations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from accounts.operations import give_consent
from activity.operations import record
from activity.outbox import send
from forum.models import Format, Forum
from kernel.access import Actor
from kernel.db import db, utcnow
from kernel.jobs import enqueue
from kernel.limits import Check, Counting, count
from kernel.text import email_key
from kernel.transaction import write, writing
from registrations import queries
from registrations.details import Details
from registrations.models import Interest, Registration, RegistrationStatus
from registrations.own.tickets import OWN_LINK, set_secrets
from registrations.signup import quotas

T = TypeVar("T")
HOUR = timedelta(hours=1)


class Application(NamedTuple):
    """What somebody enters to take part."""

    details: Details
    format: Format
    section_ids: tuple[int, ...] = ()
    consents: tuple[int, ...] = ()
    """Ids of the wordings agreed to."""
    consents_on_paper: bool = False
    address: str = ""
    """Where the request came from, kept with the consents."""
    language: str = "ru"
    source: str = "site"


class NoPlaces(Exception):
    """The format asked for is full, and the caller did not want the waiting list."""


class Outcome(NamedTuple):
    """What became of an application, as it stood when it was written."""

    id: int
    uuid: str
    email: str
    format: Format
    status: RegistrationStatus
    link: str
    """The secret of «Мой форум»."""
    known: bool
    """The same person is registered already: nothing has changed."""
    others: int
    """How many other participants use the same e-mail at this forum."""


def sign_up(
    forum_id: int, application: Application, limits: Sequence[Check] = (), *, by: Actor | None = None, wait: bool = True
) -> Outcome:
    """Sign a person up in a transaction of its own; `limits` are counted with it. See `register` for `by` and `wait`.

    Raises TooManyRequests and NoPlaces with nothing done; IntegrityError when a section chosen was removed meanwhile.
    """

    return attempt(lambda: register(forum_id, application, limits, by=by, wait=wait))


def register(
    forum_id: int, application: Application, limits: Sequence[Check] = (), *, by: Actor | None = None, wait: bool = True
) -> Outcome:
    """Sign a person up: a place, or (with `wait`) a number in the waiting list; the letter is queued here.

    `limits` are counted last, with the place: whoever comes from the same network waits for the commit from there on.

    Raises NoPlaces; and IntegrityError when the same person came through another request a moment ago: `attempt` it,
    and the outcome is `known`.
    """
    identity = application.details.identity
    same = queries.same_mailbox(forum_id, email_key(application.details.email))
    found = next((registration for registration in same if registration.identity == identity), None)
    known = found is not None and found.status is not RegistrationStatus.cancelled
    if found is not None and known:
        registration = found
        count(*limits)
    elif found is None:
        registration = _added(forum_id, application, by, same)
        _seat(registration, limits)
    else:
        registration = _returned(found, application, by, same)
        _seat(registration, limits)
    if not known and not wait and registration.status is RegistrationStatus.waitlisted:
        raise NoPlaces()
    return Outcome(
        registration.id,
        registration.uuid,
        registration.email,
        registration.format,
        registration.status,
        OWN_LINK.token(registration),
        known=known,
        others=sum(one is not found for one in same),
    )


def _added(forum_id: int, application: Application, by: Actor | None, same: Sequence[Registration]) -> Registration:
    registration = _new(forum_id, application)
    db.session.add(registration)
    db.session.flush()
    _keep_consents(registration, application)
    record(by, "registration.added", registration, source=application.source)
    _tell(registration, same)
    return registration


LETTERS_AN_HOUR = 20
LINKS = "registration-links"


def _tell(registration: Registration, same: Sequence[Registration]) -> None:
    """Queue the letter with the ticket. A mailbox that many sign up with at once (a school's, or a stranger's that
    somebody floods) gets the first letters one by one and the rest of an hour in one; `same`: who has it already."""
    now = utcnow()
    fresh = sum(max(one.created_at, one.confirmed_at or one.created_at) > now - HOUR for one in same)
    if registration.source != "site" or fresh < LETTERS_AN_HOUR:
        send("registration_ticket", registration.email, language=registration.language, registration_id=registration.id)
        return
    whose = hashlib.sha256(registration.email.encode()).hexdigest()[:24]
    enqueue(
        LINKS,
        run_after=now + HOUR,
        unique_key=f"{LINKS}:{registration.forum_id}:{whose}:{int(now.timestamp() // HOUR.total_seconds())}",
        forum_id=registration.forum_id,
        email=registration.email,
        language=registration.language,
    )


def send_links(forum_id: int, email: str, language: str) -> None:
    """The letter with every link of a mailbox, which may be nobody's."""
    with writing():
        forum = db.session.get(Forum, forum_id)
        if forum is not None:
            send_all(forum, email, language=language)


def attempt(signing_up: Callable[[], T]) -> T:
    """Do what signs somebody up in its own transaction; once more when the same person came in by another request.

    Raises IntegrityError when a section chosen was removed meanwhile.
    """
    try:
        return write(signing_up)
    except IntegrityError:
        return write(signing_up)


def _new(forum_id: int, application: Application) -> Registration:
    registration = Registration(
        uuid=str(uuid4()),
        forum_id=forum_id,
        identity=application.details.identity,
        **application.details.columns(),
        format=application.format,
        status=RegistrationStatus.confirmed,
        confirmed_at=utcnow(),
        link_generation=1,
        code_generation=1,
        language=application.language,
        source=application.source,
        interests=[Interest(section_id=section_id) for section_id in application.section_ids],
    )
    set_secrets(registration)
    return registration


def _returned(
    registration: Registration, application: Application, by: Actor | None, same: Sequence[Registration]
) -> Registration:
    """Somebody who had cancelled takes part again: earlier links and codes stay dead."""
    quotas.lock_counters(registration.forum_id)
    db.session.refresh(registration)
    registration.format = application.format
    registration.status = RegistrationStatus.confirmed
    registration.confirmed_at, registration.cancelled_at = utcnow(), None
    if application.source != "door":  # there nothing but name and e-mail is asked: what was known stays
        _write(registration, application.details._replace(name=registration.name))
        _choose(registration, application.section_ids)
    registration.language = application.language
    registration.sequence += 1
    set_secrets(registration, new_link=True, new_code=True)
    db.session.flush()
    _keep_consents(registration, application)
    record(by, "registration.returned", registration, source=application.source)
    _tell(registration, same)
    return registration


def _seat(registration: Registration, limits: Sequence[Check] = ()) -> None:
    """Take a place for a registration written as confirmed; without one it joins the waiting list."""
    counting = Counting(*limits)
    counting.send()
    seated = quotas.take_place(registration.forum_id, registration.format)
    counting.judge()
    if seated:
        return
    number, free = quotas.next_number(registration.forum_id, registration.format)
    registration.status = RegistrationStatus.waitlisted
    registration.confirmed_at = None
    registration.waiting_number = number
    db.session.flush()
    if free:  # a place came back between the two statements: the first in the list takes it
        _tell_promoted(quotas.promote(registration.forum_id, registration.format))


def _keep_consents(registration: Registration, application: Application) -> None:
    for text_id in application.consents:
        give_consent(
            text_id,
            "registration",
            registration.id,
            address=application.address,
            on_paper=application.consents_on_paper,
        )


def cancel(registration: Registration, *, by: Actor | None = None) -> bool:
    """Give the place back and promote the next; False when it was cancelled already."""
    forum_id = registration.forum_id
    quotas.lock_counters(forum_id)
    db.session.refresh(registration)
    if registration.status is RegistrationStatus.cancelled:
        return False
    had_place = registration.status is RegistrationStatus.confirmed
    registration.status = RegistrationStatus.cancelled
    registration.cancelled_at = utcnow()
    registration.waiting_number = None
    registration.sequence += 1
    db.session.flush()
    record(by, "registration.cancelled", registration, format=registration.format.value)
    send("registration_cancelled", registration.email, language=registration.language, registration_id=registration.id)
    if had_place:
        quotas.give_back(forum_id, registration.format)
        _tell_promoted(quotas.promote(forum_id, registration.format))
    return True


def change_format(
    registration: Registration, format: Format, *, by: Actor | None = None, wait: bool = True, back: bool = True
) -> bool:
    """Take a place (or, with `wait`, a number) in the other format; the QR given out before is revoked.

    With `back` a cancelled registration comes back: without, nobody who has just said no is signed up again by
    a page opened before. False when nothing changes. Raises NoPlaces.
    """
    forum_id = registration.forum_id
    if format not in quotas.lock_counters(forum_id):
        raise NoPlaces()
    db.session.refresh(registration)
    old, status = registration.format, registration.status
    cancelled = status is RegistrationStatus.cancelled
    if (cancelled and not back) or (old is format and not cancelled):
        return False
    registration.format = format
    registration.status = RegistrationStatus.confirmed
    registration.confirmed_at, registration.cancelled_at = utcnow(), None
    registration.waiting_number = None
    registration.sequence += 1
    set_secrets(registration, new_code=True)
    db.session.flush()
    _seat(registration)
    if registration.status is RegistrationStatus.waitlisted and not wait:
        raise NoPlaces()
    record(by, "registration.format_changed", registration, old=old.value, new=format.value)
    send("registration_ticket", registration.email, language=registration.language, registration_id=registration.id)
    if status is RegistrationStatus.confirmed:
        quotas.give_back(forum_id, old)
        _tell_promoted(quotas.promote(forum_id, old))
    return True


def promote_waiting(forum_id: int, format: Format, *, by: Actor | None = None) -> list[Registration]:
    """Give the places that became free (a raised capacity) to those who wait, with a letter to each."""
    db.session.flush()
    quotas.lock_counter(forum_id, format)
    promoted = quotas.promote(forum_id, format)
    _tell_promoted(promoted, by)
    return promoted


def _tell_promoted(promoted: Iterable[Registration], by: Actor | None = None) -> None:
    for registration in promoted:
        record(by, "registration.promoted", registration, format=registration.format.value)
        send(
            "registration_promoted", registration.email, language=registration.language, registration_id=registration.id
        )


def send_again(registration: Registration, *, by: Actor | None = None) -> None:
    """Queue the ticket's letter once more."""
    send("registration_ticket", registration.email, language=registration.language, registration_id=registration.id)
    record(by, "registration.letter_sent", registration)


def send_all(forum: Forum, email: str, *, language: str) -> bool:
    """Queue one letter with every registration of the mailbox; False when it has none."""
    if not queries.same_mailbox(forum.id, email_key(email)):
        return False
    send("registration_list", email_key(email), language=language, forum_id=forum.id, email=email_key(email))
    return True


def correct(
    registration: Registration,
    details: Details | None = None,
    *,
    section_ids: Iterable[int] | None = None,
    by: Actor | None,
) -> list[str]:
    """Put right what was entered: the details, the sections chosen, or both.

    Returns the names of what changed. Raises IntegrityError when that person is registered already.
    """
    changed = _write(registration, details) if details is not None else []
    if section_ids is not None and _choose(registration, section_ids):
        changed.append("sections")
    if changed:
        registration.sequence += 1
        db.session.flush()
        record(by, "registration.corrected", registration, fields=changed)
    return changed


def _write(registration: Registration, details: Details) -> list[str]:
    """Make these the registration's details; the columns that this changed."""
    values = details.columns()
    changed = [name for name, value in values.items() if getattr(registration, name) != value]
    for name in changed:
        setattr(registration, name, values[name])
    if changed:
        registration.identity = details.identity
    return changed


def _choose(registration: Registration, section_ids: Iterable[int]) -> bool:
    """Make the interests these sections; True when that changed them."""
    chosen = set(section_ids)
    known = {interest.section_id for interest in registration.interests}
    for interest in list(registration.interests):
        if interest.section_id not in chosen:
            registration.interests.remove(interest)
    registration.interests += [Interest(section_id=section_id) for section_id in sorted(chosen - known)]
    return chosen != known
