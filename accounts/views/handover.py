"""Handing over: who takes what, one screen that says what moves, one transaction."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from accounts import operations, queries
from accounts.forms import HandoverForm
from accounts.handover import HandedOver, NothingLeft, belongings_of, hand_over
from accounts.labels import ROLE_LABELS
from accounts.models import User
from accounts.views.base import blueprint
from kernel.access import actor, requires, shows_form
from kernel.i18n import language
from kernel.permissions import Permission
from kernel.transaction import writing


@blueprint.route("/manage/people/<uuid>/handover", methods=["GET", "POST"])
@requires(Permission.EDIT_USERS)
@shows_form
def handover(uuid: str) -> ResponseReturnValue:
    giver = queries.user_for(uuid, actor())
    form = HandoverForm().offer(giver, queries.active_people(but=giver), ROLE_LABELS)
    if not form.is_submitted() or "back" in request.form:
        return _form_page(giver, form)
    if not form.validate() or not _taker_is_free(form, giver):
        return _form_page(giver, form), 422
    if request.form.get("confirmed") != "yes":
        return _confirmation(giver, form)
    try:
        with writing():
            taker = _taker(form)
            roles = {int(number) for number in form.roles.data or []}
            hand_over(giver, taker, roles, whole=form.whole.data, close=form.close.data, by=actor())
            name = taker.name
    except NothingLeft:
        flash(_("Nothing is left to hand over: whatever there was has moved already."), "info")
        return redirect(url_for("accounts.person", uuid=uuid))
    except HandedOver:
        flash(_("This was handed over already: here is what remains."), "info")
        return redirect(url_for("accounts.person", uuid=uuid))
    except operations.LastAdministrator:
        flash(
            _("Nobody who can sign in would administer the site. Hand this role over once the other has a password."),
            "bad",
        )
        return redirect(url_for("accounts.handover", uuid=uuid))
    except IntegrityError:  # somebody new of this address was added at the same moment
        if _taker_is_free(form, giver):
            raise
        return _form_page(giver, form), 422
    flash(_("The work is handed over to %(name)s. Both are told by letter.", name=name), "ok")
    return redirect(url_for("accounts.person", uuid=uuid))


def _form_page(giver: User, form: HandoverForm) -> str:
    return render_template("accounts/handover.html", giver=giver, form=form, things=belongings_of(giver))


def _confirmation(giver: User, form: HandoverForm) -> str:
    new = form.to_somebody_new
    return render_template(
        "accounts/handover_confirmation.html",
        giver=giver,
        form=form,
        taker=(form.name.data, form.email.data) if new else _known(form),
        new=new,
        given=[one for one in giver.assignments if str(one.id) in (form.roles.data or [])],
        roles=ROLE_LABELS,
        things=belongings_of(giver) if form.whole.data else [],
    )


def _known(form: HandoverForm) -> tuple[str, str]:
    found = queries.user_for(form.to.data, actor())
    return found.name, found.email


def _taker_is_free(form: HandoverForm, giver: User) -> bool:
    """Whether a new person's address is nobody's yet; said at the field."""
    if not form.to_somebody_new:
        return True
    known = queries.user_by_email(form.email.data or "")
    if known is None:
        return True
    if known == giver:
        form.email.errors = [_("This is the address of the person whose work is handed over.")]
    elif known.suspended_at:
        form.email.errors = [_("The account of this address is closed. Open it first.")]
    else:
        form.email.errors = [_("%(name)s is here already with this e-mail: choose them in the list.", name=known.name)]
    return False


def _taker(form: HandoverForm) -> User:
    if not form.to_somebody_new:
        return queries.user_for(form.to.data, actor())
    taker = operations.add_user(form.email.data, form.name.data, by=actor())
    operations.invite(taker, by=actor(), language=language())
    return taker
