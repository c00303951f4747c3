"""«Мой форум»: the participant's own page at a secret address. A GET changes nothing: mail scanners open links."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound

from forum.copies import public_forum
from forum.labels import FORMAT_LABELS, floor_name
from forum.models import Format
from forum.queries import local_today, phase
from kernel.access import public, shows_form, token_page
from kernel.db import utcnow
from kernel.downloads import download
from kernel.forms import form_page
from kernel.limits import Limit, count
from kernel.transaction import retried, writing
from kernel.zones import zone_name
from registrations import erasing, operations, queries
from registrations.blueprint import blueprint
from registrations.details import shown_details
from registrations.forms import RegistrationForm, SectionsForm, as_entered
from registrations.models import Registration, RegistrationStatus
from registrations.own import documents, schedule, tickets
from registrations.own import queries as own_queries
from registrations.own.exports import personal_calendar
from registrations.signup.page import sign_up_page

# Each sends a letter, and whoever signs a stranger's address up holds the link.
LINK_CHANGES = Limit("link-changes", 30, 3600)
SHOWN_ON_THE_DAY = 4
SHOWN_OF_THE_WHOLE = 12


@blueprint.get("/my/<token>")
@public
@token_page
def my_forum(token: str) -> ResponseReturnValue:
    registration, forum, chosen, awaited = queries.own_page(token)
    items = schedule.own_items(forum, chosen)
    now = utcnow().astimezone(forum.zone).replace(tzinfo=None)
    ahead = [item for item in items if item.ends > now]
    over, on_day = phase(forum) == "after", forum.date_start <= local_today(forum) <= forum.date_end
    shown = _shown(ahead, on_day=on_day, own=all(item.plenary or item.section_id in chosen for item in ahead))
    remote = not over and registration.format is Format.remote and registration.status is RegistrationStatus.confirmed
    line = queries.place_in_line(registration) if registration.status is RegistrationStatus.waitlisted else None
    ticket = _has_ticket(registration) and not over
    return render_template(
        "registrations/my.html",
        registration=registration,
        details=shown_details(registration),
        forum=forum,
        token=token,
        when=documents.when(forum, zone=registration.format is Format.remote),
        where=documents.where(forum) if registration.format is Format.in_person else "",
        programme=documents.programme_path(forum),
        qr=documents.qr_svg(registration) if ticket else None,
        code=tickets.short_code(registration) if ticket else None,
        line=line,
        first=schedule.by_day(ahead[:shown]),
        later=schedule.by_day(ahead[shown:]),
        more=len(ahead[shown:]),
        now=now,
        floor_name=floor_name,
        place=forum.place or zone_name(forum.timezone),
        streams=schedule.streams(forum, chosen) if remote and not on_day else [],
        may_choose=bool(forum.sections) and not schedule.has_begun(forum),
        over=over,
        on_day=on_day,
        one_day=len({item.starts.date() for item in ahead}) == 1,
        open=queries.is_open(forum),
        format_label=FORMAT_LABELS[registration.format],
        awaited=awaited,
        sections=[section.name for section in forum.sections if section.id in chosen],
        others=forum.formats - {registration.format},
    )


def _shown(ahead: list[own_queries.Item], *, on_day: bool, own: bool) -> int:
    """How many items stand before the disclosure: what comes now on the day, all of one's own sections before it."""
    if on_day:
        return SHOWN_ON_THE_DAY
    return len(ahead) if own else SHOWN_OF_THE_WHOLE


def _has_ticket(registration: Registration) -> bool:
    return registration.status is RegistrationStatus.confirmed and registration.format is Format.in_person


@blueprint.get("/my/<token>/again")
@public
@token_page
def again(token: str) -> ResponseReturnValue:
    """The form of whoever gave the place up, filled with what is known; consent is given anew."""
    registration = queries.registration_by_link(token)
    if registration.status is not RegistrationStatus.cancelled or not queries.is_open(registration.forum):
        return _to_page(token)
    forum = public_forum(registration.forum.slug)
    form = RegistrationForm(formdata=None, data=as_entered(registration), forum=forum)
    return sign_up_page(forum, form, action=url_for("registrations.sign_up", slug=forum.slug))


@blueprint.get("/my/<token>/calendar.ics")
@public
@token_page
def calendar(token: str) -> ResponseReturnValue:
    body = personal_calendar(queries.registration_by_link(token))
    return download(body, "text/calendar", "forum.ics")


@blueprint.get("/my/<token>/ticket.svg")
@public
@token_page
def ticket_svg(token: str) -> ResponseReturnValue:
    registration = _ticket_holder(token)
    return download(documents.ticket_svg(registration), "image/svg+xml", "ticket.svg", inline=True)


@blueprint.get("/my/<token>/ticket.pdf")
@public
@token_page
def ticket_pdf(token: str) -> ResponseReturnValue:
    registration = _ticket_holder(token)
    sections = [interest.section.name for interest in registration.interests]
    body = documents.ticket_pdf(registration, documents.where(registration.forum), sections)
    return download(body, "application/pdf", "ticket.pdf")


def _ticket_holder(token: str) -> Registration:
    """Somebody with a place in the hall. Raises NotFound."""
    registration = queries.registration_by_link(token)
    if not _has_ticket(registration):
        raise NotFound()
    return registration


@blueprint.route("/my/<token>/cancellation", methods=["GET", "POST"])
@public
@token_page
def cancellation(token: str) -> ResponseReturnValue:
    registration = queries.registration_by_link(token)
    if registration.status is RegistrationStatus.cancelled or _is_over(registration):
        return _to_page(token)
    if request.method == "GET":
        return render_template(
            "registrations/cancellation.html",
            registration=registration,
            forum=registration.forum,
            token=token,
            awaited=queries.is_awaited(registration),
        )

    def act() -> None:
        with writing():
            count((LINK_CHANGES, registration.email))
            operations.cancel(registration)

    retried(act)()
    flash(_("You are no longer taking part. Thank you for telling us."), "ok")
    return _to_page(token)


@blueprint.route("/my/<token>/format", methods=["GET", "POST"])
@public
@token_page
def other_format(token: str) -> ResponseReturnValue:
    registration = queries.registration_by_link(token)
    target = Format.remote if registration.format is Format.in_person else Format.in_person
    quota = queries.quota(registration.forum_id, target)
    if quota is None or registration.status is RegistrationStatus.cancelled or _is_over(registration):
        return _to_page(token)
    if request.method == "GET":
        return render_template(
            "registrations/format.html",
            registration=registration,
            forum=registration.forum,
            token=token,
            target=target,
            left=quota.left,
            awaited=queries.is_awaited(registration),
        )
    # A page opened before the format was changed elsewhere must not change it back.
    if request.form.get("format") == target.value:

        def act() -> bool:
            with writing():
                count((LINK_CHANGES, registration.email))
                return operations.change_format(registration, target, back=False)

        if retried(act)():
            flash(_("Done. A letter with the new details is on its way."), "ok")
    return _to_page(token)


@blueprint.route("/my/<token>/erasure", methods=["GET", "POST"])
@public
@token_page
def erasure(token: str) -> ResponseReturnValue:
    """The consent is withdrawn: what goes, what stays, and the button."""
    registration = queries.registration_by_link(token)
    forum = registration.forum
    if request.method == "GET":
        return render_template(
            "registrations/erasure.html",
            registration=registration,
            forum=forum,
            token=token,
            kept=erasing.stays(registration),
        )
    slug = forum.slug
    count((LINK_CHANGES, registration.email))  # the lists loaded lately are read through for the person
    erasing.erase([registration])
    return redirect(url_for("registrations.erased", slug=slug), 303)


@blueprint.get("/forums/<slug>/registration/erased")
@public
def erased(slug: str) -> ResponseReturnValue:
    return render_template("registrations/erased.html", forum=public_forum(slug))


@blueprint.route("/my/<token>/sections", methods=["GET", "POST"])
@public
@token_page
@shows_form
def sections(token: str) -> ResponseReturnValue:
    """Other sections may be chosen until the forum begins."""
    registration = queries.registration_by_link(token)
    forum = registration.forum
    if registration.status is RegistrationStatus.cancelled or schedule.has_begun(forum):
        return _to_page(token)
    form = SectionsForm(forum=forum, data={"sections": [interest.section_id for interest in registration.interests]})
    page = "registrations/sections.html"
    if not form.validate_on_submit():
        return form_page(page, form, forum=forum, token=token)
    try:
        with writing():
            operations.correct(registration, section_ids=form.section_ids(), by=None)
    except IntegrityError:
        form.refuse_sections(forum)
        return form_page(page, form, forum=forum, token=token)
    flash(_("Saved."), "ok")
    return _to_page(token)


def _is_over(registration: Registration) -> bool:
    return phase(registration.forum) == "after"


def _to_page(token: str) -> ResponseReturnValue:
    return redirect(url_for("registrations.my_forum", token=token), 303)
