"""A mail server that takes no letter uses up nobody's attempts, and those in charge learn of it."""

from __future__ import annotations

import socket
import socketserver
import threading
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import func, select

from accounts import operations
from activity import outbox, queries, waiting
from activity.models import Entry, Letter, LetterStatus
from activity.outbox import deliver_due
from kernel import db as kernel_db
from kernel.db import db, utcnow
from kernel.jobs import tick
from kernel.keys import current_id
from kernel.transaction import writing
from tests import factories
from tests.registrations.conftest import enrol

NUMBER = 5


class Server:
    """An SMTP server that looks at passwords; `mail`, `rcpt` and `quit` are what it answers to those commands."""

    def __init__(self) -> None:
        self.password, self.asked = b"right", 0
        self.mail = self.rcpt = ""
        self.quit = "221 bye"
        self.taken: list[str] = []

    def authenticate(self, server, session, envelope, mechanism, data):
        self.asked += 1
        return AuthResult(success=data.password == self.password, handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self.mail or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return self.rcpt if self.rcpt and address.startswith("p0@") else "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(envelope.rcpt_tos[0])
        return "250 OK"

    async def handle_QUIT(self, server, session, envelope):
        return self.quit


@pytest.fixture
def port(app):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    app.config["MAIL_URL"] = f"smtp://site:right@127.0.0.1:{number}"
    yield number
    app.config["MAIL_URL"] = ""


@pytest.fixture
def smtp(port):
    made = Server()
    controller = Controller(
        made,
        hostname="127.0.0.1",
        port=port,
        authenticator=made.authenticate,
        auth_require_tls=False,
    )
    controller.start()
    yield made
    controller.stop()


@pytest.fixture(autouse=True)
def letters(app):
    with writing():
        for number in range(NUMBER):
            operations.invite(factories.user(f"p{number}@example.org", "Примерова Анна"), by=None)


def later(**span: float) -> None:
    moment = utcnow() + timedelta(**span)
    kernel_db.set_clock(lambda: moment)


def states() -> list[tuple[str, int]]:
    db.session.rollback()
    rows = db.session.execute(select(Letter.status, Letter.attempts).order_by(Letter.id))
    return [(status.value, attempts) for status, attempts in rows]


def a_day_of_trouble() -> None:
    for _hour in range(24):
        deliver_due()
        later(hours=1)


def test_a_refused_connection_uses_up_no_attempt(port):
    began = utcnow()
    a_day_of_trouble()
    assert states() == [("queued", 0)] * NUMBER
    held = queries.held()
    assert (held.number, held.since, held.why.partition(":")[0]) == (NUMBER, began, "ConnectionRefusedError")


@pytest.mark.parametrize("answer", [b"", b"554 no service for you\r\n"], ids=["hangs-up", "refuses"])
def test_a_server_that_does_not_let_us_begin_uses_up_no_attempt(app, answer):
    """It takes the connection, and hangs up or refuses before any letter is named."""

    class Closed(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while self.rfile.readline() and answer:
                self.wfile.write(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Closed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        app.config["MAIL_URL"] = f"smtp://127.0.0.1:{server.server_address[1]}"
        try:
            a_day_of_trouble()
        finally:
            app.config["MAIL_URL"] = ""
            server.shutdown()
    assert states() == [("queued", 0)] * NUMBER


def test_a_key_that_is_missing_uses_up_no_attempt_and_holds_no_other_letter(app, smtp):
    """Somebody forgot SECRET_KEY_FALLBACKS for a day: letters wait for it, as the papers say, and then leave."""
    with writing():
        forum = factories.forum()
    participant = enrol(forum)
    with writing():
        participant.key_id = "12345678"
    a_day_of_trouble()
    assert states() == [("sent", 1)] * NUMBER + [("queued", 0)]
    [why, *_rest] = queries.reasons()
    assert why[0] == "key 12345678 is missing"
    with writing():
        participant.key_id = current_id()
    later(minutes=16)
    deliver_due()
    assert states() == [("sent", 1)] * (NUMBER + 1)


def test_a_wrong_password_uses_up_no_attempt_and_all_leave_once_it_is_right(smtp):
    smtp.password = b"another"
    a_day_of_trouble()
    assert states() == [("queued", 0)] * NUMBER
    assert queries.held().why.startswith("SMTPAuthenticationError: 535 5.7.8")
    smtp.password = b"right"
    assert deliver_due() == NUMBER
    assert states() == [("sent", 1)] * NUMBER
    assert len(set(smtp.taken)) == len(smtp.taken) == NUMBER
    assert queries.held() == queries.Standing(0)


def test_a_server_that_takes_none_is_asked_once_and_then_ever_less_often(smtp):
    smtp.password = b"another"
    assert deliver_due() == 1
    assert smtp.asked == 2  # in both ways that the server knows
    for _minute in range(24 * 60):
        later(minutes=1)
        deliver_due()
    assert smtp.asked < 24 * 6 * 2
    smtp.password = b"right"
    later(minutes=15, seconds=1)
    assert deliver_due() == NUMBER


def test_a_refused_sender_is_nobodys_letter(smtp):
    smtp.mail = "550 5.7.1 sender not allowed"
    a_day_of_trouble()
    assert states() == [("queued", 0)] * NUMBER
    assert queries.held().why == "SMTPSenderRefused: 550 5.7.1 sender not allowed"


@pytest.mark.parametrize("answer", ["452 too large for now", "552 message too large"])
def test_a_letter_too_large_holds_no_other(smtp, answer):
    smtp.mail = answer
    assert deliver_due() == NUMBER
    assert states() == [("queued", 1)] * NUMBER
    assert queries.held().number == 0


def test_a_refused_address_is_the_letters_own(smtp):
    smtp.rcpt = "550 5.1.1 no such mailbox"
    a_day_of_trouble()
    assert states() == [("dead", outbox.ATTEMPTS_AT_A_LETTER), *[("sent", 1)] * (NUMBER - 1)]
    assert queries.given_up().number == 1


def test_what_was_taken_is_sent_even_if_the_good_bye_fails(smtp):
    smtp.quit = "421 gone already"
    assert deliver_due() == NUMBER
    assert states() == [("sent", 1)] * NUMBER


def test_letters_are_listed_with_the_reason_and_sent_again(app, smtp):
    smtp.rcpt = "550 5.1.1 no such mailbox"
    a_day_of_trouble()
    said = app.test_cli_runner().invoke(args=["letters"]).output
    assert "0 waiting, 1 given up, 4 sent" in said
    assert said.count("SMTPRecipientsRefused: 550 5.1.1 no such mailbox") == 2
    assert "p0@example.org" in said
    smtp.rcpt = ""
    assert "0 letters" in app.test_cli_runner().invoke(args=["letters", "retry", "--kind", "other"]).output
    assert "1 letters" in app.test_cli_runner().invoke(args=["letters", "retry"]).output
    assert deliver_due() == 1
    assert "0 letters" in app.test_cli_runner().invoke(args=["letters", "retry", "1", "2"]).output
    assert states()[0] == ("sent", 1)
    acts = db.session.scalars(select(Entry.details).where(Entry.action == "letters.retried")).all()
    assert acts == [{"number": 1}]


def test_held_letters_are_listed_and_asked_for_at_once(app, smtp):
    smtp.password = b"another"
    deliver_due()
    said = app.test_cli_runner().invoke(args=["letters"]).output
    assert "The mail server takes none since 2027-03-01 04:00 UTC: 5 wait for it, next try at 2027-03-01 04:01" in said
    assert "5 waiting, the oldest of 2027-03-01 04:00 UTC: SMTPAuthenticationError: 535" in said
    smtp.password = b"right"
    assert deliver_due() == 0
    assert "5 letters" in app.test_cli_runner().invoke(args=["letters", "retry"]).output
    assert deliver_due() == NUMBER


def test_a_letter_in_hand_is_not_sent_a_second_time(smtp):
    assert outbox._claim() is not None
    later(minutes=4)
    assert deliver_due() == NUMBER - 1
    with writing():
        assert waiting.retry() == 0


def test_the_administrators_first_screen_says_since_when_and_why(sign_in, smtp):
    smtp.password = b"another"
    with writing():
        client, other = sign_in(factories.administrator()), sign_in(factories.organiser(factories.series()))
    tick()
    assert "Письма не" not in client.get("/work").get_data(as_text=True)
    deliver_due()
    later(hours=3)
    page = client.get("/work").get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert "Письма не уходят с 1 марта 2027 года, 12:00" in page
    assert "5 писем ждут отправки и не потеряны" in page
    assert "не принимает имя пользователя или пароль" in page
    assert "SMTPAuthenticationError: 535" in page
    assert "Письма не" not in other.get("/work").get_data(as_text=True)
    smtp.password = b"right"
    deliver_due()
    assert "Письма не" not in client.get("/work").get_data(as_text=True)


def test_letters_that_nobody_delivers_are_told_of_too(sign_in):
    with writing():
        client = sign_in(factories.administrator())
    later(minutes=6)
    page = client.get("/work").get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert "Письма не уходят с 1 марта 2027 года, 12:00" in page
    assert "перезапустите сайт" in page
    tick()
    assert "Письма не" not in client.get("/work").get_data(as_text=True)


def test_letters_given_up_are_told_of_for_two_weeks(sign_in, smtp):
    smtp.rcpt = "550 5.1.1 no such mailbox"
    with writing():
        client = sign_in(factories.administrator())
    a_day_of_trouble()
    assert "письмо не\N{NO-BREAK SPACE}удалось доставить" in client.get("/work").get_data(as_text=True)
    later(days=15)
    assert "удалось доставить" not in client.get("/work").get_data(as_text=True)
    assert db.session.scalar(select(func.count()).where(Letter.status == LetterStatus.dead)) == 1
