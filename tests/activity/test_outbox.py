from __future__ import annotations

import socket
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from accounts import operations
from activity import outbox
from activity.models import Letter, LetterStatus
from activity.outbox import compose, deliver_due
from kernel import db as kernel_db
from kernel.db import db, utcnow
from kernel.text import email_key
from kernel.transaction import writing
from tests import factories

pytestmark = pytest.mark.differs


class Mailbox:
    """An SMTP handler that keeps what it was given; `refuse` answers with an error."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.recipients: list[str] = []
        self.refuse = False

    async def handle_DATA(self, server, session, envelope):
        if self.refuse:
            return "451 try later"
        self.messages.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def mailbox(app):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    app.config["MAIL_URL"] = f"smtp://127.0.0.1:{port}"
    yield box
    app.config["MAIL_URL"] = ""
    controller.stop()


@pytest.fixture
def person(app):
    with writing():
        somebody = factories.user("anna@example.org", "Примерова Анна")
        operations.invite(somebody, by=None)
    return somebody


def later(minutes: float) -> None:
    moment = utcnow() + timedelta(minutes=minutes)
    kernel_db.set_clock(lambda: moment)


def only() -> Letter:
    db.session.rollback()
    return db.session.scalars(select(Letter)).one()


def test_a_letter_leaves_once(person, mailbox):
    assert deliver_due() == 1
    assert deliver_due() == 0
    assert len(mailbox.messages) == 1
    assert only().status is LetterStatus.sent


def test_a_refused_letter_is_tried_again_with_the_same_id(person, mailbox):
    mailbox.refuse = True
    deliver_due()
    assert (only().status, only().attempts) == (LetterStatus.queued, 1)
    assert only().error.startswith("SMTPDataError")
    mailbox.refuse = False
    before = only().message_id
    later(5)
    deliver_due()
    assert only().status is LetterStatus.sent
    assert f"<{before}@forum.example.org>".encode() in mailbox.messages[0]


def test_a_letter_nobody_takes_is_given_up_and_kept(person, mailbox):
    mailbox.refuse = True
    for _attempt in range(outbox.ATTEMPTS_AT_A_LETTER):
        deliver_due()
        later(24 * 60)
    assert (only().status, only().attempts) == (LetterStatus.dead, outbox.ATTEMPTS_AT_A_LETTER)


def test_a_worker_that_dies_after_sending_sends_it_twice_and_loses_nothing(person, mailbox):
    claimed = outbox._claim()
    message = compose(only())
    from kernel.mail import deliver

    deliver(message)  # the worker dies here, before its commit
    assert claimed is not None
    assert deliver_due() == 0
    later(6)
    assert deliver_due() == 1
    assert len(mailbox.messages) == 2
    assert only().status is LetterStatus.sent


def test_what_the_database_keeps_holds_no_secret(person):
    letter = only()
    assert letter.argument == {"user_id": person.id}


def test_names_with_line_breaks_do_not_make_headers(app, mailbox):
    with writing():
        somebody = factories.user("b@example.org", "Злой\r\nBcc: x@example.org")
        operations.invite(somebody, by=None)
    deliver_due()
    assert b"\nBcc:" not in mailbox.messages[0].split(b"\r\n\r\n")[0]


def test_delivered_letters_are_forgotten_after_a_month(person, mailbox):
    deliver_due()
    later(31 * 24 * 60)
    outbox.forget_old()
    db.session.rollback()
    assert db.session.scalars(select(Letter)).all() == []


def test_a_letter_with_nothing_left_to_say_is_not_sent(person, mailbox):
    with writing():
        operations.suspend(person, by=None)
    deliver_due()
    assert mailbox.messages == []
    assert only().status is LetterStatus.sent


@pytest.mark.parametrize(("language", "words"), [("ru", "Приглашение"), ("en", "Invitation")])
def test_letters_speak_the_readers_language(app, language, words):
    with writing():
        somebody = factories.user("c@example.org", "Примерова Вера")
        operations.invite(somebody, by=None, language=language)
    message = compose(only())
    assert words in str(message["Subject"])
    assert ("/en/invitation/" in message.get_body(("plain",)).get_content()) == (language == "en")


@pytest.mark.parametrize("typed", ["ivan@пример.рф", "ivan@xn--e1afmkfd.xn--p1ai"])
def test_a_letter_to_a_cyrillic_domain_arrives(app, mailbox, typed):
    app.config["MAIL_FROM"] = "Тираж <noreply@пример.рф>"
    with writing():
        operations.invite(factories.user(email_key(typed), "Кириллов Иван"), by=None)
    deliver_due()
    assert only().status is LetterStatus.sent
    said = message_from_bytes(mailbox.messages[0], policy=default)
    assert (said["To"], said["From"].addresses[0].addr_spec, said["From"].addresses[0].display_name) == (
        "ivan@xn--e1afmkfd.xn--p1ai",
        "noreply@xn--e1afmkfd.xn--p1ai",
        "Тираж",
    )
    assert mailbox.recipients == ["ivan@xn--e1afmkfd.xn--p1ai"]
