"""Who did what; and, in development, the letters."""

from __future__ import annotations

from collections.abc import Iterable
from email.message import EmailMessage

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from activity import exports, queries
from activity.labels import action_label, subject_label
from activity.models import Entry, Letter
from activity.outbox import compose
from activity.reading import lines, places_of
from kernel.access import actor, public, requires
from kernel.documents import sheets
from kernel.downloads import download
from kernel.i18n import day
from kernel.listing import Listing, paginate
from kernel.permissions import Permission

blueprint = Blueprint("activity", __name__)


@blueprint.get("/manage/activity")
@requires(Permission.VIEW_LOG)
def log() -> ResponseReturnValue:
    places = places_of(actor())
    narrowing = queries.Narrowing.of(request.args)
    listing = paginate(queries.entries_statement(narrowing, places), {"at": Entry.at}, default="-at", tie=Entry.id)
    actions, kinds, people = queries.choices(places)
    _tell_filters(listing, narrowing, dict(people))
    return render_template(
        "activity/log.html",
        listing=listing,
        lines=lines(actor(), listing.items),
        narrowing=narrowing,
        actions=_by_label((code, action_label(code)) for code in actions),
        kinds=_by_label((kind, subject_label(kind)) for kind in kinds if subject_label(kind)),
        people=people,
        everything=places is None,
        export_url=listing.url(page=None, sort=None).replace("/manage/activity", "/manage/activity.xlsx", 1),
    )


def _by_label(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda choice: choice[::-1])


def _tell_filters(listing: Listing[Entry], narrowing: queries.Narrowing, people: dict[int, str]) -> None:
    if narrowing.actor:
        listing.add_filter("actor", _("Who"), people.get(narrowing.actor, f"№ {narrowing.actor}"))
    if narrowing.action:
        listing.add_filter("action", _("What was done"), action_label(narrowing.action))
    if narrowing.subject_type:
        kind = subject_label(narrowing.subject_type) or narrowing.subject_type
        listing.add_filter("kind", _("With what"), kind)
    if narrowing.subject:
        listing.add_filter("subject", _("Number"), str(narrowing.subject))
    if narrowing.since:
        listing.add_filter("since", _("From"), day(narrowing.since, "digits"))
    if narrowing.until:
        listing.add_filter("until", _("Until"), day(narrowing.until, "digits"))


@blueprint.get("/manage/activity.xlsx")
@requires(Permission.VIEW_LOG)
def log_export() -> ResponseReturnValue:
    entries = queries.entries_for_export(queries.Narrowing.of(request.args), places_of(actor()))
    body = exports.log(lines(actor(), entries))
    return download(body, sheets.XLSX, "who-did-what.xlsx")


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
