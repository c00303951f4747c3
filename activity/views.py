"""Who did what; and, in development, the letters."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from activity import queries
from activity.models import Entry, Letter
from activity.outbox import compose
from kernel.access import public, requires
from kernel.listing import paginate

blueprint = Blueprint("activity", __name__)


@blueprint.get("/manage/activity")
@requires("activity:log:view")
def log() -> ResponseReturnValue:
    action = request.args.get("action", "")
    day = _day(request.args.get("day", ""))
    listing = paginate(queries.entries_statement(action=action, day=day), {"at": Entry.at}, default="-at", tie=Entry.id)
    if action:
        listing.add_filter("action", _("What was done"), action)
    if day:
        listing.add_filter("day", _("Day"), day.strftime("%d.%m.%Y"))
    return render_template("activity/log.html", listing=listing, actions=queries.actions(), action=action, day=day)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _development_only() -> None:
    if current_app.config["ENVIRONMENT"] == "production":
        raise NotFound()


@blueprint.get("/dev/mail")
@public
def mail() -> ResponseReturnValue:
    _development_only()
    listing = paginate(queries.letters_statement(), {"at": Letter.created_at}, default="-at", tie=Letter.id)
    return render_template("activity/mail.html", listing=listing)


@blueprint.get("/dev/mail/<int:letter_id>")
@public
def mail_letter(letter_id: int) -> ResponseReturnValue:
    _development_only()
    found = queries.letter(letter_id)
    message = compose(found)
    text = _part(message, "plain") if message else _("There is nothing left to say: the letter will not be sent.")
    attachments = [part.get_filename() for part in message.iter_attachments()] if message else []
    return render_template(
        "activity/letter.html",
        letter=found,
        subject=str(message["Subject"]) if message else "",
        text=text,
        attachments=attachments,
    )


@blueprint.get("/dev/mail/<int:letter_id>/html")
@public
def mail_html(letter_id: int) -> ResponseReturnValue:
    """The letter as its reader's mail program shows it; letters carry inline styles, our pages do not."""
    _development_only()
    message = compose(queries.letter(letter_id))
    if message is None:
        raise NotFound()
    return Response(_part(message, "html"), mimetype="text/html")


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
