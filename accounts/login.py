"""Flask-Login: the session names a user, the generation it was made for, and itself.

A signed cookie cannot be taken back, only refused: whoever signs out writes the session's id beside the
account, where it stays until every copy of the cookie has run out.
"""

from __future__ import annotations

import secrets

from flask import Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from accounts.models import User
from kernel.db import db
from kernel.security import same_site, vouch

manager = LoginManager()
_USER = select(User).where(User.id == bindparam("id")).options(joinedload(User.assignments))
"""With the roles, in one statement composed once: every signed-in request begins with it."""
SESSION_ID = "sid"


def new_session_id() -> str:
    return secrets.token_hex(8)


def init_app(app: Flask) -> None:
    manager.init_app(app)
    app.extensions["tirazh.resume"] = _resume


@manager.user_loader
def load(identity: str) -> User | None:
    user_id, _, generation = identity.partition(":")
    user = db.session.scalars(_USER, {"id": int(user_id)}).unique().first() if user_id.isdigit() else None
    if user is None or str(user.generation) != generation or not user.is_active:
        return None
    if any(ended == session.get(SESSION_ID) for ended, _until in user.ended_sessions):
        session.clear()  # or the answer would renew the cookie past the memory of its end
        return None
    if user.demo and not current_app.config["DEMO"] and not current_app.testing:
        return None
    vouch()
    return user


def _resume() -> ResponseReturnValue:
    """The session ended while a form was being filled: sign in, then send the same again.

    What another site's page sent (browsers leave our cookie out of it) is neither kept nor answered
    with a session of its own: it would be sent later with a good token, by an unsuspecting hand.
    """
    if not same_site():
        return redirect(url_for("accounts.login"), 303)
    from accounts.views.session import sign_in_page  # noqa: PLC0415  (views import this module's manager)

    kept = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
    return sign_in_page(next_url=request.full_path.rstrip("?"), kept=kept), 401
