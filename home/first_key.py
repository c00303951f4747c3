"""What production thinks of its key: a new installation refuses a poor one, one that is at work starts and warns."""

from __future__ import annotations

import logging

from flask import Flask
from sqlalchemy.exc import DBAPIError

from home.queries import has_users
from kernel.db import db
from kernel.keys import current_id, weakness

MAKE = "python3 -c 'import secrets; print(secrets.token_hex(32))'"


def init_app(app: Flask) -> None:
    """Raises RuntimeError. The database is asked only when there is something to say."""
    if app.config["ENVIRONMENT"] != "production":
        return
    found = weakness(app.config["SECRET_KEY"])
    if not found:
        return
    with app.app_context():
        if not _is_at_work():
            raise RuntimeError(
                f"SECRET_KEY is no secret: {found}. Whoever guesses it signs in as anybody. Make one by {MAKE}; "
                "see docs/deploy.md."
            )
        logging.getLogger("tirazh").warning(
            "SECRET_KEY %s is no secret: %s. Change it by `flask secrets rekey`; see docs/deploy.md.",
            current_id(),
            found,
        )


def _is_at_work() -> bool:
    """Whether somebody has an account here. A database that does not answer yet is no reason not to start."""
    try:
        return has_users()
    except DBAPIError as error:
        missing = "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", None) == "42P01"
        return not missing
    finally:
        db.session.remove()
        db.engine.dispose()
