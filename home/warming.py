"""What every process would make for its first pages, made once before they are forked and so shared by them."""

from __future__ import annotations

import logging

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from kernel.db import db
from practices.facets import catalogue


def warm_up(app: Flask) -> None:
    """Build the catalogue's sets and ask for the front page: mappers, templates, statements.

    A database that does not answer yet is no reason not to start: /healthz tells of it.
    """
    try:
        with app.app_context():
            catalogue()
        app.test_client().get("/", base_url=app.config["PUBLIC_URL"] or None)
    except SQLAlchemyError as error:
        logging.getLogger("tirazh").warning("nothing is prepared: %s", type(error).__name__)
    finally:
        with app.app_context():
            db.engine.dispose()  # no connection is carried over a fork
