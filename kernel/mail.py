"""Mail transport: SMTP by `MAIL_URL` (smtp://user:pass@host:587, smtps://…), or a folder in development."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from flask import current_app

LETTERS_OWN = {452, 552}
"""Answers to the sender that speak of the size of this letter."""


class ServerAway(Exception):
    """The mail server takes no letter at all: it is not reached, or refuses our sign-in or our sender."""


def deliver(message: EmailMessage) -> None:
    """Hand one message over.

    Raises ServerAway when the server is the reason, else smtplib.SMTPException or OSError when it was not taken.
    """
    url = current_app.config["MAIL_URL"]
    if not url:
        # Without a mail server letters stay in the outbox, readable at /dev/mail in development.
        return
    try:
        connection = _open(url)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise ServerAway(said(error)) from error
    try:
        connection.send_message(for_the_wire(message))
    except smtplib.SMTPResponseException as error:
        refused = isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code not in LETTERS_OWN
        if refused or error.smtp_code == 421:
            raise ServerAway(said(error)) from error
        raise
    finally:
        _close(connection)


def _open(url: str) -> smtplib.SMTP:
    """A connection, signed in."""
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or (465 if parts.scheme == "smtps" else 25)
    if parts.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=30, context=ssl.create_default_context())
    else:
        connection = smtplib.SMTP(host, port, timeout=30)
    try:
        if parts.scheme == "smtp+tls" or (parts.scheme == "smtp" and port == 587):
            connection.starttls(context=ssl.create_default_context())
        if parts.username:
            connection.login(unquote(parts.username), unquote(parts.password or ""))
        connection.ehlo_or_helo_if_needed()  # refused or hung up before any letter is named: the server, not the letter
    except BaseException:
        connection.close()
        raise
    return connection


def _close(connection: smtplib.SMTP) -> None:
    """Say good-bye; what was taken before is taken, whatever comes back."""
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()


def for_the_wire(message: EmailMessage) -> EmailMessage:
    """The message with the domains of its addresses as servers know them: «пример.рф» → «xn--e1afmkfd.xn--p1ai»."""
    for name in ("From", "To", "Reply-To"):
        if name in message and not str(message[name]).isascii():
            known = message[name].addresses
            del message[name]
            message[name] = [Address(one.display_name, one.username, _ascii(one.domain)) for one in known]
    return message


def _ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    import idna  # noqa: PLC0415  (its tables are large and seldom needed)

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain  # the mail server says what is wrong with it


def said(error: Exception) -> str:
    """What went wrong, for people: the kind of error, and the server's own words."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        words = "; ".join(_answer(*answer) for answer in error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        words = _answer(error.smtp_code, error.smtp_error)
    else:
        words = str(error)
    return f"{type(error).__name__}: {words}"[:500]


def _answer(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
