"""Flask-Login: the session names a user, the generation it was made for, and itself.

A signed cookie cannot be taken back, only refused: whoever signs out writes the session's id beside the
account, where it stays until every copy of the cookie has run out.
"""

from __future__ import annotations

import secrets

from flask import Flask, current_app, session
from flask_login import LoginManager

from accounts import queries
from accounts.models import User
from kernel.security import vouch

manager = LoginManager()
SESSION_ID = "sid"


def new_session_id() -> str:
    return secrets.token_hex(8)


def init_app(app: Flask) -> None:
    manager.init_app(app)


@manager.user_loader
def load(identity: str) -> User | None:
    user_id, _, generation = identity.partition(":")
    user = queries.user_with_roles(int(user_id)) if user_id.isdigit() else None
    if user is None or str(user.generation) != generation or not user.is_active:
        return None
    if any(ended == session.get(SESSION_ID) for ended, _until in user.ended_sessions):
        session.clear()  # or the answer would renew the cookie past the memory of its end
        return None
    if user.demo and not current_app.config["DEMO"] and not current_app.testing:
        return None
    vouch()
    return user
