"""Signing up, giving a place back, changing the format.

Order of locks on both databases: the forum's counters in id order, then registrations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from accounts.operations import give_consent
from activity.operations import record
from activity.outbox import send
from forum.models import Format, Forum
from kernel.access import Actor
from kernel.db import db, utcnow
from kernel.jobs import enqueue
from kernel.limits import Limit, count
from kernel.text import clean, email_key
from kernel.transaction import retried, writing
from registrations import queries
from registrations.models import Interest, Registration, RegistrationStatus
from registrations.own.tickets import identity_of, set_secrets
from registrations.signup import quotas

T = TypeVar("T")
HOUR = timedelta(hours=1)


class Application(NamedTuple):
    """What somebody enters to take part."""

    name: str
    email: str
    format: Format
    territory_id: int | None = None
    organisation: str = ""
    position: str = ""
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
    """What became of an application. `known`: the same person is registered already, nothing changed."""

    registration: Registration
    known: bool = False
    others: int = 0
    """How many other participants use the same e-mail at this forum."""


def register(forum_id: int, application: Application, *, by: Actor | None = None, wait: bool = True) -> Outcome:
    """Sign a person up: a place, or (with `wait`) a number in the waiting list; the letter is queued here.

    Raises NoPlaces; and IntegrityError when the same person came through another request a moment ago: roll back
    and call again, and the outcome is `known`.
    """
    same = queries.same_mailbox(forum_id, email_key(application.email))
    identity = identity_of(application.email, application.name)
    found = next((registration for registration in same if registration.identity == identity), None)
    others = sum(registration is not found for registration in same)
    if found is not None and found.status is not RegistrationStatus.cancelled:
        return Outcome(found, known=True, others=others)
    if found is not None:
        return Outcome(_waiting_only_if(wait, _return(found, application, by, same)), others=others)
    registration = _new(forum_id, application, identity)
    db.session.add(registration)
    db.session.flush()
    _keep_consents(registration, application)
    record(by, "registration.added", registration, source=application.source)
    _tell(registration, same)
    _seat(registration)
    return Outcome(_waiting_only_if(wait, registration), others=others)


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


def attempt(operation: Callable[[], T], *counted: tuple[Limit, str]) -> T:
    """Run a sign-up in its own transaction; once more when the same person came in by another request.

    Raises IntegrityError when a section chosen was removed meanwhile.
    What is `counted` against limits is written with it, or refused by TooManyRequests with nothing done.
    """

    def once() -> T:
        with writing():
            count(*counted)
            return operation()

    try:
        return retried(once)()
    except IntegrityError:
        return retried(once)()


def _new(forum_id: int, application: Application, identity: str) -> Registration:
    registration = Registration(
        uuid=str(uuid4()),
        forum_id=forum_id,
        identity=identity,
        email=email_key(application.email),
        name=clean(application.name),
        format=application.format,
        status=RegistrationStatus.confirmed,
        confirmed_at=utcnow(),
        territory_id=application.territory_id,
        organisation=clean(application.organisation),
        position=clean(application.position),
        link_generation=1,
        code_generation=1,
        language=application.language,
        source=application.source,
        interests=[Interest(section_id=section_id) for section_id in application.section_ids],
    )
    set_secrets(registration)
    return registration


def _return(
    registration: Registration, application: Application, by: Actor | None, same: Sequence[Registration]
) -> Registration:
    """Somebody who had cancelled takes part again: earlier links and codes stay dead."""
    quotas.lock_counters(registration.forum_id)
    db.session.refresh(registration)
    registration.format = application.format
    registration.status = RegistrationStatus.confirmed
    registration.confirmed_at, registration.cancelled_at = utcnow(), None
    if application.source != "door":  # there nothing but name and e-mail is asked: what was known stays
        registration.territory_id, registration.place = application.territory_id, ""
        registration.organisation = clean(application.organisation)
        registration.position = clean(application.position)
        _choose(registration, application.section_ids)
    registration.language = application.language
    registration.sequence += 1
    set_secrets(registration, new_link=True, new_code=True)
    db.session.flush()
    _keep_consents(registration, application)
    record(by, "registration.returned", registration, source=application.source)
    _tell(registration, same)
    _seat(registration)
    return registration


def _seat(registration: Registration) -> None:
    """Take a place for a registration written as confirmed; without one it joins the waiting list."""
    if quotas.take_place(registration.forum_id, registration.format):
        return
    number, free = quotas.next_number(registration.forum_id, registration.format)
    registration.status = RegistrationStatus.waitlisted
    registration.confirmed_at = None
    registration.waiting_number = number
    db.session.flush()
    if free:  # a place came back between the two statements: the first in the list takes it
        _tell_promoted(quotas.promote(registration.forum_id, registration.format))


def _waiting_only_if(wait: bool, registration: Registration) -> Registration:
    if registration.status is RegistrationStatus.waitlisted and not wait:
        raise NoPlaces()
    return registration


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


def correct(registration: Registration, values: dict[str, Any], *, by: Actor | None) -> list[str]:
    """Put right what was entered (name, e-mail, organisation, position, territory_id, place, section_ids).

    Returns the names of what changed. Raises IntegrityError when that person is registered already.
    """
    if values.get("territory_id") not in (None, registration.territory_id):
        values = {"place": "", **values}  # a place of the list replaces one that was only written
    changed = [name for name, value in values.items() if name != "section_ids" and getattr(registration, name) != value]
    for name in changed:
        setattr(registration, name, values[name])
    if "section_ids" in values and _choose(registration, values["section_ids"]):
        changed.append("sections")
    if changed:
        registration.identity = identity_of(registration.email, registration.name)
        registration.sequence += 1
        db.session.flush()
        record(by, "registration.corrected", registration, fields=changed)
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
