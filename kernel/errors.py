"""Errors as pages in the reader's language, saying what to do next; as JSON for `.json` addresses."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.exceptions import HTTPException, NotFound, TooManyRequests

from kernel import limits

log = logging.getLogger("tirazh")


class Conflict(Exception):
    """The object changed since the form was opened.

    `rows` holds (label, what is there now, what was typed) for the page to show side by side.
    """

    def __init__(self, rows: list[tuple[str, str, str]], address: str) -> None:
        super().__init__("edit conflict")
        self.rows = rows
        self.address = address


class DeadLink(NotFound):
    """A personal link that opens nothing: renewed, of somebody who was erased, or never given out. All look alike."""


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(Conflict, _conflict)
    app.register_error_handler(ObjectDeletedError, _overtaken)
    app.register_error_handler(StaleDataError, _overtaken)
    app.register_error_handler(Exception, _unexpected)


def _words(code: int) -> tuple[str, str]:
    return {
        400: (_("The request is not clear"), _("Go back, check what was entered and send it again.")),
        401: (_("Please sign in"), _("Sign in and repeat what you were doing.")),
        403: (_("This is not open to you"), _("Ask the organiser for the right to do this.")),
        404: (_("There is no such page"), _("Check the address, or start from the front page.")),
        405: (_("This cannot be done this way"), _("Go back and use the button on the page.")),
        409: (_("Somebody has changed this meanwhile"), _("Open the page again and repeat the change.")),
        410: (_("This is no longer here"), _("Start from the front page.")),
        413: (_("The file is too large"), _("Choose a file of up to 10 MB and send it again.")),
        429: (_("Too many attempts"), _("Wait a few minutes and try again. Nothing has been lost.")),
        500: (_("Something went wrong on our side"), _("We have written it down. Try again in a minute.")),
        503: (_("The service is resting"), _("Try again in a few minutes.")),
    }.get(code, (_("Something went wrong"), _("Try again in a minute.")))


def _page(code: int, detail: str | None = None) -> Response:
    return _safely(code, lambda: _full_page(code, detail))


def _full_page(code: int, detail: str | None) -> Response:
    title, advice = _words(code)
    if request.path.endswith(".json") or request.accept_mimetypes.best == "application/json":
        return make_response(jsonify(error=title, advice=detail or advice), code)
    return make_response(
        render_template("errors/error.html", code=code, title=title, advice=detail or advice),
        code,
    )


def _safely(code: int, page: Callable[[], Response]) -> Response:
    """The page, or where that fails too (no database, a broken template, a full disk) a bare one that needs nothing."""
    try:
        return page()
    except Exception as error:
        if current_app.config.get("RAISE_UNEXPECTED") and not isinstance(error, SQLAlchemyError):
            raise
        log.exception("the page of error %s failed", code, extra={"request_id": g.get("request_id")})
        return make_response(_bare(code), code)


def _bare(code: int) -> str:
    try:
        title, advice = _words(code)
    except Exception:  # not even words: those of whoever reads most
        title, advice = (
            "Ошибка на нашей стороне",
            "Повторите через минуту. Something went wrong: try again in a minute.",
        )
    return f'<!doctype html><meta charset="utf-8"><title>{title}</title><h1>{title}</h1><p>{advice}</p>'


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    response = _page(error.code, _advice(error))
    for name, value in error.get_headers(request.environ):
        if name in ("Retry-After", "Allow"):
            response.headers[name] = value
    retry = getattr(error, "retry_after", None)
    if isinstance(retry, int):
        response.headers["Retry-After"] = str(retry)
    return response


def _advice(error: HTTPException) -> str | None:
    """What to do about a dead link, and how long to wait where a limit was reached."""
    if isinstance(error, DeadLink):
        dead: str = _(
            "The link is not in force: a newer one was sent, or what it led to was deleted by request. "
            "Open the last letter, or ask for it once more on the forum’s page."
        )
        return dead
    if not isinstance(error, TooManyRequests) or not isinstance(error.retry_after, int):
        return None
    time = limits.wait(error)
    return _("Wait and try again in %(time)s. Nothing has been lost: go back, and what you typed is there.", time=time)


def _stale(error: CSRFError) -> ResponseReturnValue:
    return _page(400, _("The page stood open for too long. Go back, refresh it and press the button again."))


def _conflict(error: Conflict) -> ResponseReturnValue:
    return _safely(
        409,
        lambda: make_response(render_template("errors/conflict.html", rows=error.rows, address=error.address), 409),
    )


def _overtaken(_error: ObjectDeletedError | StaleDataError) -> ResponseReturnValue:
    """What the request was about was removed or changed by another one at the same moment; nothing of it is kept."""
    return _page(409)


def _unexpected(error: Exception) -> ResponseReturnValue:
    if current_app.config.get("RAISE_UNEXPECTED"):
        raise error
    log.exception("unexpected error", extra={"request_id": g.get("request_id")})
    return _page(500)
