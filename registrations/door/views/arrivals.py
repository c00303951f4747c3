"""Somebody at the door without a ticket is signed up there: name, e-mail, consent, and «Вход»."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import NotFound

from accounts.enums import ConsentKind
from forum.models import Format, Forum
from forum.queries import forum_for
from kernel.access import requires, shows_form
from kernel.forms import status_of
from kernel.i18n import language
from kernel.permissions import Permission
from kernel.security import client_address
from registrations import operations, queries
from registrations.details import Details
from registrations.door import attendance
from registrations.door.attendance import Verdict
from registrations.door.views.base import Door, answer, ask, blueprint, door_of, has_hall, new_nonce
from registrations.forms import ON_PAPER, ArrivalForm
from registrations.operations import NoPlaces
from registrations.signup.page import consents_asked

REMOTE, WAITING = "remote", "waiting"
"""What the person chose instead when the hall turned out to be full."""


@blueprint.route("/door/<slug>/registrations", methods=["GET", "POST"])
@requires(Permission.WORK_AT_THE_DOOR)
@shows_form
def arrival(slug: str) -> ResponseReturnValue:
    """Doubts (a namesake, a full hall) are asked about on the same page, with what was typed kept."""
    found, door = forum_for(current_user, slug, Permission.WORK_AT_THE_DOOR), door_of(slug)
    if not has_hall(found):
        raise NotFound()
    closed = door.unanswered or door.practice
    form = ArrivalForm(data={"name": request.args.get("name", "")[: queries.LONGEST_SEARCH]})
    sent = form.validate_on_submit()
    if closed and (sent or not form.is_submitted()):
        return ask(door)
    if not sent:
        return _page(found, door, form), status_of(form)
    if request.form.get("another") != "1":
        namesakes = queries.namesakes(found, form.name.data or "", form.email.data or "")
        if namesakes.total:
            return _page(found, door, form, namesakes=namesakes.people), 422
    try:
        return answer(door, _come_in(found.id, door, form))
    except NoPlaces:
        return _page(found, door, form, full=True), 422


def _page(forum: Forum, door: Door, form: ArrivalForm, **more: object) -> str:
    quotas = {quota.format: quota for quota in forum.quotas}
    return render_template(
        "registrations/door/arrival.html",
        forum=forum,
        door=door,
        form=form,
        consent=consents_asked()[ConsentKind.personal_data.value],
        left=quotas[Format.in_person].left,
        remotely=Format.remote in quotas,
        nonce=request.form.get("nonce") or new_nonce(),
        another=request.form.get("another", ""),
        new_nonce=new_nonce,
        **more,
    )


def _come_in(forum_id: int, door: Door, form: ArrivalForm) -> Verdict:
    """Raises NoPlaces."""
    instead = request.form.get("instead", "")
    nonce = request.form.get("nonce", "").strip() or new_nonce()
    by = current_user._get_current_object()
    return attendance.admit_newcomer(forum_id, _application(form, instead), nonce=nonce, by=by, wait=instead == WAITING)


def _application(form: ArrivalForm, instead: str) -> operations.Application:
    wording = consents_asked()[ConsentKind.personal_data.value]
    return operations.Application(
        Details(form.name.data or "", form.email.data or ""),
        format=Format.remote if instead == REMOTE else Format.in_person,
        consents=(wording.id,) if wording else (),
        consents_on_paper=form.consent.data == ON_PAPER,
        address=client_address(),
        language=language(),
        source="door",
    )
