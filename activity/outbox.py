"""Transactional outbox of letters.

A feature's manifest names its kinds, each with a function of the letter's argument that
returns a `Content`. `send()` adds the letter in the caller's transaction; the worker claims it with
a lease, makes the body and delivers it with a stable Message-ID. A crash between the server's
acceptance and our commit sends it twice; nothing loses it. A letter that was refused uses up attempts;
a server that takes none uses up nobody's (`activity/waiting.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from flask import current_app, render_template
from sqlalchemy import ColumnElement, case, delete, insert, or_, select, update

from activity import waiting
from activity.models import Letter, LetterStatus
from kernel import mail
from kernel.db import along, db, utcnow
from kernel.feature import registry
from kernel.i18n import speaking
from kernel.leases import ANY, HEAVY, ROWS_A_CLAIM, Batch, Lane, carry_out, claim, never
from kernel.secrets import KeyMissing
from kernel.security import SLACK
from kernel.templating import plain_text
from kernel.text import one_line, printable
from kernel.transaction import write, writing

log = logging.getLogger("tirazh.mail")
LEASE = timedelta(minutes=5)
ATTEMPTS_AT_A_LETTER = 10
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = FIRST_PAUSE * 2**ATTEMPTS_AT_A_LETTER


class Attachment(NamedTuple):
    name: str
    kind: str
    body: bytes
    inline_id: str | None = None


@dataclass(frozen=True)
class Content:
    """What a letter says: `template` is the folder-and-name of `<template>.txt` and `.html`."""

    subject: str
    template: str
    context: dict[str, object] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None


def send(kind: str, to: str, *, language: str = "ru", **argument: object) -> None:
    """Queue a letter in the caller's transaction. `argument` must be JSON and hold no secret."""
    known = registry().letters.get(kind)
    if known is None:
        raise KeyError(f"no letter kind {kind!r}")
    letter = {"kind": kind, "to": to, "language": language, "argument": argument, "urgency": known.urgency}
    along(_QUEUED, letter)


_QUEUED = insert(Letter).inline()


def compose(letter: Letter) -> EmailMessage | None:
    """Make the message of a letter; None when its kind says there is nothing left to say."""
    with speaking(letter.language):
        content = cast("Content | None", registry().letters[letter.kind].make(**letter.argument))
        if content is None:
            return None
        message = EmailMessage()
        message["Subject"] = one_line(content.subject)
        message["From"] = current_app.config["MAIL_FROM"]
        message["To"] = one_line(letter.to)
        message["Date"] = format_datetime(letter.created_at)
        message["Message-ID"] = f"<{letter.message_id}@{_domain()}>"
        message["Auto-Submitted"] = "auto-generated"
        if content.reply_to:
            message["Reply-To"] = one_line(content.reply_to)
        context = {"subject": one_line(content.subject), **content.context}
        message.set_content(printable(plain_text(f"{content.template}.txt", **context)))
        message.add_alternative(printable(render_template(f"{content.template}.html", **context)), subtype="html")
    html = message.get_payload()[1]  # type: ignore[index]
    for part in content.attachments:
        kind, subkind = part.kind.split("/")
        if part.inline_id:
            html.add_related(part.body, kind, subkind, cid=f"<{part.inline_id}>", filename=part.name)  # type: ignore[union-attr]
        else:
            message.add_attachment(part.body, kind, subkind, filename=part.name)
    return message


def _domain() -> str:
    return urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"


def deliver_due(limit: int = 100, lane: Lane = ANY, stopped: Callable[[], bool] = never) -> int:
    """Deliver letters that are due, the urgent ones first. Returns how many were tried."""
    tried = 0
    while tried < limit and not stopped() and (batch := _claim(min(ROWS_A_CLAIM, limit - tried), lane)):
        tried += carry_out(batch, _deliver, stopped)
    return tried


def _claim(most: int = 1, lane: Lane = ANY) -> Batch | None:
    now = utcnow()
    due = (
        select(Letter.id, Letter.attempts)
        .where(Letter.status == LetterStatus.queued, Letter.attempts < ATTEMPTS_AT_A_LETTER, _is_due(now), _is_of(lane))
        .order_by(Letter.urgency, Letter.next_at, Letter.id)
    )
    return claim(due, Letter.next_at, LEASE, most, free=Letter.created_at, created_at=_not_after(now))


def _is_of(lane: Lane) -> ColumnElement[bool]:
    """A server that takes none is asked by one lane for both."""
    if lane == HEAVY:
        return Letter.urgency.in_(lane) & Letter.held_since.is_(None)
    return Letter.urgency.in_(lane) | Letter.held_since.is_not(None)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """By its time; or by none that can be right: written while the machine's clock was ahead."""
    return or_(Letter.next_at <= now, Letter.created_at > now + SLACK, Letter.next_at > now + LONGEST_PAUSE)


def _not_after(now: datetime) -> ColumnElement[datetime]:
    return case((Letter.created_at > now, now), else_=Letter.created_at)


def _deliver(letter_id: int, lease: str) -> bool:
    """Whether the server takes letters, so that the next may follow. One no longer in our hands is left to others."""
    mine = (Letter.id == letter_id, Letter.lease == lease)
    letter = db.session.scalar(select(Letter).where(*mine, Letter.next_at > utcnow()))
    if letter is None:
        return True
    attempts, held = letter.attempts, letter.held_since is not None
    values: dict[str, object]
    try:
        message = compose(letter)
        if message is not None:
            db.session.rollback()  # no transaction stays open while a mail server thinks
            mail.deliver(message)
        values = {"status": LetterStatus.sent, "sent_at": utcnow(), "error": None}
    except mail.ServerAway as away:
        log.warning("the mail server takes no letter: %s", away)
        db.session.rollback()
        why = str(away)
        write(lambda: waiting.hold(letter_id, lease, why))
        return False
    except KeyMissing as missing:  # whoever keeps the server gives the key back: until then the letter waits
        values = {"attempts": attempts - 1, "next_at": utcnow() + waiting.LONGEST_PAUSE, "error": missing.description}
    except Exception as error:
        log.warning("letter %s not delivered: %s", letter_id, type(error).__name__)
        dead = attempts >= ATTEMPTS_AT_A_LETTER
        values = {
            "status": LetterStatus.dead if dead else LetterStatus.queued,
            "next_at": utcnow() + FIRST_PAUSE * 2**attempts,
            "error": mail.said(error),
        }
    db.session.rollback()

    def note() -> None:
        db.session.execute(update(Letter).where(*mine).values(**values, lease=None, held_since=None))
        if held:
            waiting.release()

    write(note)
    return True


def forget_old() -> None:
    """Delete delivered letters after 30 days."""
    with writing():
        horizon = utcnow() - timedelta(days=30)
        db.session.execute(delete(Letter).where(Letter.status == LetterStatus.sent, Letter.sent_at < horizon))
        # A letter that killed its worker each time never reached the place where it is marked.
        free = or_(Letter.lease.is_(None), Letter.next_at < utcnow())
        lost = (Letter.status == LetterStatus.queued, Letter.attempts >= ATTEMPTS_AT_A_LETTER, free)
        db.session.execute(update(Letter).where(*lost).values(status=LetterStatus.dead))
