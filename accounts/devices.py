"""Devices that have signed in before: told apart from strangers, who may try only a few passwords.

The cookie holds an id of the browser and, for each account that signed in with it, a keyed mark. It opens nothing:
whoever guesses passwords from elsewhere cannot shut out a device that has one.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from hmac import compare_digest

from flask import Response, after_this_request, current_app, request

from accounts.models import User
from kernel.secrets import token

COOKIE = "tirazh-device"
ACCOUNTS = 5
"""So many people's sign-ins one device remembers: volunteers hand a phone on."""
COOKIE_KEPT = timedelta(days=365)


def known(user: User | None) -> str | None:
    """The id of this device when the account has signed in with it before."""
    device, marks = _held()
    wanted = _mark(user.uuid if user else "", device)
    found = any(compare_digest(mark, wanted) for mark in marks)
    return device if found and user is not None else None


def remember(user: User) -> None:
    """Give this answer the cookie by which the device is known next time."""
    device, marks = _held()
    mark = _mark(user.uuid, device)
    value = ".".join([device, mark, *[other for other in marks if other != mark][: ACCOUNTS - 1]])

    @after_this_request
    def give(response: Response) -> Response:
        secure = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(COOKIE, value, max_age=COOKIE_KEPT, secure=secure, httponly=True, samesite="Lax")
        return response


def _held() -> tuple[str, list[str]]:
    """The device's id, a new one when it shows none, and the marks beside it."""
    device, *marks = request.cookies.get(COOKIE, "").split(".")
    if not re.fullmatch("[0-9a-f]{16}", device):
        return secrets.token_hex(8), []
    return device, [mark for mark in marks[:ACCOUNTS] if re.fullmatch("[A-Z2-7]{26}", mark)]


def _mark(uuid: str, device: str) -> str:
    return token("device", f"{uuid}:{device}", 0)
