"""The organiser's list of participants, a participant's card, and what may be done there."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import BadRequest

from accounts.enums import ConsentKind
from accounts.queries import consent_text
from activity.queries import history
from forum.labels import FORMAT_LABELS
from forum.models import Format, Forum
from forum.queries import copy_for, forum_for, holds
from kernel.access import requires, shows_form
from kernel.db import utcnow
from kernel.documents.sheets import XLSX
from kernel.downloads import download
from kernel.forms import form_page
from kernel.i18n import language
from kernel.listing import Listing, paginate
from kernel.permissions import Permission
from kernel.transaction import retried, writing
from kernel.zones import zone_name
from registrations import counts, erasing, operations, queries
from registrations.blueprint import blueprint
from registrations.desk import exports
from registrations.desk import queries as desk_queries
from registrations.desk.labels import told
from registrations.details import QUESTIONS, details_of, shown_details
from registrations.forms import AddForm, CorrectionForm, as_entered
from registrations.labels import ACTION_LABELS, SOURCE_LABELS, STATUS_KINDS, STATUS_LABELS
from registrations.models import Inside, Registration, RegistrationStatus
from registrations.own import tickets
from territories.models import Territory
from territories.queries import choices

REGISTRATIONS_PATH = "/manage/forums/<slug>/registrations"


@blueprint.get(REGISTRATIONS_PATH)
@requires(Permission.VIEW_REGISTRATIONS)
def participants(slug: str) -> ResponseReturnValue:
    forum = copy_for(current_user, slug, Permission.VIEW_REGISTRATIONS)
    by = desk_queries.Narrowing.of(request.args)
    figures = counts.figures(forum)
    total, conditions = desk_queries.matched(forum, by, figures.everybody)
    sorts = {
        # As the index has them, so that a far page need not sort all before it.
        "name": (Registration.name_key, Registration.organisation_key, Registration.email),
        "created": Registration.created_at,
        "territory": (Territory.name_key, Registration.name_key),
        "number": Registration.waiting_number,
        "came": (Inside.entered_at, Registration.name_key),
    }
    listing = paginate(
        queries.LIST.where(*conditions),
        sorts,
        default="-created",
        tie=Registration.id,
        scalars=False,
        total=total,
        wide=True,
    )
    sections = {str(section.id): section.name for section in forum.sections}
    territories = dict(choices(figures.territories))
    _name_filters(listing, by, sections, territories)
    return render_template(
        "registrations/manage/list.html",
        forum=forum,
        listing=listing,
        by=by,
        counted=told(
            figures, next((quota.capacity for quota in forum.quotas if quota.format is Format.in_person), None)
        ),
        sections=sections,
        territories=territories,
        statuses=STATUS_LABELS,
        status_kinds=STATUS_KINDS,
        formats=FORMAT_LABELS,
        now=utcnow(),
        zone=zone_name(forum.timezone),
        may_edit=_may_edit(forum),
        answers=_answers_beneath(listing),
    )


def _answers_beneath(listing: Listing[Any]) -> dict[str, list[str]]:
    """What stands beneath each participant's organisation."""
    keys = [key for key, question in QUESTIONS.items() if question.listed]
    return {row.uuid: [answer for key in keys if (answer := getattr(row, key))] for row in listing.items}


def _name_filters(
    listing: Listing[object], by: desk_queries.Narrowing, sections: dict[str, str], territories: dict[str, str]
) -> None:
    named = [
        ("status", _("State"), {status.value: str(label) for status, label in STATUS_LABELS.items()}),
        ("format", _("Format"), {format.value: str(label) for format, label in FORMAT_LABELS.items()}),
        ("territory", _("Municipality"), territories),
        ("section", _("Section"), sections),
        ("came", _("Came"), {"yes": _("came"), "no": _("did not come")}),
    ]
    if by.q:
        listing.add_filter("q", _("Search"), by.q)
    for name, label, values in named:
        if getattr(by, name) in values:
            listing.add_filter(name, label, values[getattr(by, name)])


def _may_edit(forum: Forum) -> bool:
    return holds(current_user.scopes(Permission.EDIT_REGISTRATIONS), forum)


@blueprint.get(REGISTRATIONS_PATH + ".xlsx")
@requires(Permission.VIEW_REGISTRATIONS)
def participants_xlsx(slug: str) -> ResponseReturnValue:
    forum = forum_for(current_user, slug, Permission.VIEW_REGISTRATIONS)
    return download(exports.xlsx(forum, desk_queries.Narrowing.of(request.args)), XLSX, f"{slug}-participants.xlsx")


@blueprint.get(REGISTRATIONS_PATH + ".csv")
@requires(Permission.VIEW_REGISTRATIONS)
def participants_csv(slug: str) -> ResponseReturnValue:
    forum = forum_for(current_user, slug, Permission.VIEW_REGISTRATIONS)
    body = exports.csv(forum, desk_queries.Narrowing.of(request.args))
    return download(body, "text/csv", f"{slug}-participants.csv")


@blueprint.route(REGISTRATIONS_PATH + "/new", methods=["GET", "POST"])
@requires(Permission.EDIT_REGISTRATIONS)
@shows_form
def new_participant(slug: str) -> ResponseReturnValue:
    """Add somebody by hand, as when the application came on paper."""
    forum = forum_for(current_user, slug, Permission.EDIT_REGISTRATIONS)
    form = AddForm(forum=forum)
    page = "registrations/manage/new.html"
    if not form.validate_on_submit():
        return form_page(page, form, forum=forum)
    text = consent_text(ConsentKind.personal_data, language()) or consent_text(ConsentKind.personal_data, "ru")
    application = operations.Application(
        form.details(),
        Format(form.format.data),
        section_ids=form.section_ids(),
        consents=(text.id,) if text else (),
        consents_on_paper=True,
        source="organiser",
    )
    try:
        outcome = operations.sign_up(forum.id, application, by=_by())
    except IntegrityError:
        form.refuse_sections(forum)
        return form_page(page, form, forum=forum)
    if outcome.known:
        flash(_("This person is registered already: here is the card."), "info")
    elif outcome.status is RegistrationStatus.waitlisted:
        flash(_("There is no free place: the person is on the waiting list. A letter is on its way."), "wait")
    else:
        flash(_("The participant is added. The letter is on its way."), "ok")
    return redirect(url_for("registrations.participant", slug=slug, uuid=outcome.uuid), 303)


@blueprint.get(REGISTRATIONS_PATH + "/<uuid>")
@requires(Permission.VIEW_REGISTRATIONS)
def participant(slug: str, uuid: str) -> ResponseReturnValue:
    forum = forum_for(current_user, slug, Permission.VIEW_REGISTRATIONS)
    registration = queries.registration_of(forum, uuid)
    other = Format.remote if registration.format is Format.in_person else Format.in_person
    waitlisted = registration.status is RegistrationStatus.waitlisted
    return render_template(
        "registrations/manage/card.html",
        forum=forum,
        registration=registration,
        details=shown_details(registration),
        other=other,
        other_quota=next((quota for quota in forum.quotas if quota.format is other), None),
        line=queries.place_in_line(registration) if waitlisted else None,
        inside=queries.inside_now(registration),
        consents=queries.consents(registration),
        history=history("registration", registration.id),
        log=queries.attendance_of(registration),
        others=[r for r in queries.same_mailbox(forum.id, registration.email) if r.id != registration.id],
        statuses=STATUS_LABELS,
        status_kinds=STATUS_KINDS,
        formats=FORMAT_LABELS,
        sources=SOURCE_LABELS,
        actions=ACTION_LABELS,
        may_edit=_may_edit(forum),
        may_erase=bool(current_user.scopes(Permission.ERASE_REGISTRATIONS)),
        short_code=tickets.short_code(registration),
        awaited=queries.is_awaited(registration),
    )


@blueprint.route(REGISTRATIONS_PATH + "/<uuid>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_REGISTRATIONS)
@shows_form
def edit_participant(slug: str, uuid: str) -> ResponseReturnValue:
    forum = forum_for(current_user, slug, Permission.EDIT_REGISTRATIONS)
    registration = queries.registration_of(forum, uuid)
    form = CorrectionForm(forum=forum, data=as_entered(registration))
    page = "registrations/manage/edit.html"
    if not form.validate_on_submit():
        return form_page(page, form, forum=forum, registration=registration)
    details = form.details()
    try:
        with writing():
            details = details.replacing(details_of(registration))
            operations.correct(registration, details, section_ids=form.section_ids(), by=_by())
    except IntegrityError:
        if form.lacks_sections(forum):
            form.refuse_sections(forum)
        else:
            form.name.errors = [_("Somebody with this name and e-mail is registered already.")]
        return form_page(page, form, forum=forum, registration=registration)
    flash(_("Saved."), "ok")
    return redirect(url_for("registrations.participant", slug=slug, uuid=uuid), 303)


@blueprint.post(REGISTRATIONS_PATH + "/<uuid>/cancellation")
@requires(Permission.EDIT_REGISTRATIONS)
def participant_cancellation(slug: str, uuid: str) -> ResponseReturnValue:
    forum = forum_for(current_user, slug, Permission.EDIT_REGISTRATIONS)
    registration = queries.registration_of(forum, uuid)
    if request.form.get("confirm") == "ask":
        return render_template(
            "registrations/manage/cancel.html",
            forum=forum,
            registration=registration,
            awaited=queries.is_awaited(registration),
        )
    by = _by()

    def act() -> None:
        with writing():
            operations.cancel(registration, by=by)

    retried(act)()
    flash(_("The registration is cancelled; the place has gone to the next in line."), "ok")
    return redirect(url_for("registrations.participant", slug=slug, uuid=uuid), 303)


@blueprint.route(REGISTRATIONS_PATH + "/<uuid>/erasure", methods=["GET", "POST"])
@requires(Permission.ERASE_REGISTRATIONS)
def participant_erasure(slug: str, uuid: str) -> ResponseReturnValue:
    """Whoever asked the operator: every registration of the person, at every forum."""
    forum = forum_for(current_user, slug, Permission.ERASE_REGISTRATIONS)
    registration = queries.registration_of(forum, uuid)
    everywhere = queries.same_person(registration)
    if request.method == "GET":
        return render_template(
            "registrations/manage/erasure.html",
            forum=forum,
            registration=registration,
            forums=[one.forum for one in everywhere],
            kept=erasing.stays(registration),
        )
    erasing.erase(everywhere, by=_by())
    flash(_("The personal data are deleted. What is left counts in the figures, without a name."), "ok")
    return redirect(url_for("registrations.participants", slug=slug), 303)


@blueprint.post(REGISTRATIONS_PATH + "/<uuid>/format")
@requires(Permission.EDIT_REGISTRATIONS)
def participant_format(slug: str, uuid: str) -> ResponseReturnValue:
    """Change the format, or with `back=yes` bring a cancelled registration back in the format named."""
    forum = forum_for(current_user, slug, Permission.EDIT_REGISTRATIONS)
    registration = queries.registration_of(forum, uuid)
    if request.form.get("format") not in {kind.value for kind in Format}:
        raise BadRequest()
    target, by, back = Format(request.form["format"]), _by(), request.form.get("back") == "yes"

    def act() -> bool:
        with writing():
            return operations.change_format(registration, target, by=by, back=back)

    try:
        if retried(act)():
            flash(_("Done. A letter with the new details is on its way."), "ok")
        else:
            flash(_("Nothing was changed: meanwhile the registration stands otherwise. Look at it now."), "info")
    except operations.NoPlaces:
        flash(_("This forum has no such format."), "bad")
    return redirect(url_for("registrations.participant", slug=slug, uuid=uuid), 303)


@blueprint.post(REGISTRATIONS_PATH + "/<uuid>/letter")
@requires(Permission.EDIT_REGISTRATIONS)
def participant_letter(slug: str, uuid: str) -> ResponseReturnValue:
    forum = forum_for(current_user, slug, Permission.EDIT_REGISTRATIONS)
    registration = queries.registration_of(forum, uuid)
    with writing():
        operations.send_again(registration, by=_by())
    flash(_("The letter is on its way."), "ok")
    return redirect(url_for("registrations.participant", slug=slug, uuid=uuid), 303)


def _by() -> Any:
    return current_user._get_current_object()
