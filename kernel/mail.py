"""Mail transport: SMTP by `MAIL_URL` (smtp://user:pass@host:587, smtps://…), or a folder in development."""

from __future__ import annotations

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from flask import current_app


def deliver(message: EmailMessage) -> None:
    """Hand one message over. Raises smtplib.SMTPException or OSError when it was not taken."""
    url = current_app.config["MAIL_URL"]
    if not url:
        # Without a mail server letters stay in the outbox, readable at /dev/mail in development.
        return
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or (465 if parts.scheme == "smtps" else 25)
    if parts.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=30, context=ssl.create_default_context())
    else:
        connection = smtplib.SMTP(host, port, timeout=30)
    with connection:
        if parts.scheme == "smtp+tls" or (parts.scheme == "smtp" and port == 587):
            connection.starttls(context=ssl.create_default_context())
        if parts.username:
            connection.login(unquote(parts.username), unquote(parts.password or ""))
        connection.send_message(for_the_wire(message))


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
