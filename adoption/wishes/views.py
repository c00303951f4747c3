"""A request is left, looked at, declined; how it is taken up stands in `cabinet.views.start`."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from accounts.enums import ConsentKind
from accounts.settings import site
from adoption import queries as adoptions
from adoption.blueprint import blueprint
from adoption.wishes import operations, queries
from adoption.wishes.forms import DeclineForm, WishForm
from kernel import limits
from kernel.access import actor, public, requires, shows_form
from kernel.forms import form_page, status_of
from kernel.limits import Limit
from kernel.links import page_url
from kernel.permissions import Permission
from kernel.security import client_address, client_network
from kernel.text import email_key
from kernel.transaction import write
from practices.consenting import wording
from practices.models import Practice
from practices.queries import published_practice
from practices.questions.queries import author_address
from territories.queries import current, municipality_choices

WISH_EMAIL = Limit("wish-email", 6, 3600)
WISH_NETWORK = Limit("wish-network", 60, 3600)


def who_begins(practice: Practice) -> ResponseReturnValue:
    """What to do for whoever may not begin: sign in, or leave a request."""
    return _page(practice, _form())


@blueprint.post("/practices/<slug>/adoption/request")
@public
@shows_form
def wish(slug: str) -> ResponseReturnValue:
    practice, form = published_practice(slug), _form()
    if not form.validate_on_submit():
        return _page(practice, form), status_of(form)
    address, territory = email_key(form.email.data or ""), current(form.municipality.data)
    try:
        limits.count((WISH_EMAIL, address), (WISH_NETWORK, client_network()))
    except TooManyRequests as refused:
        headers = limits.explain(form, refused)
        return _page(practice, form), 429, headers
    assert territory is not None
    text = wording(ConsentKind.request)
    write(
        lambda: operations.leave(
            practice,
            territory,
            name=form.name.data or "",
            email=address,
            organisation=form.organisation.data or "",
            message=form.message.data or "",
            consents=[text] if text else [],
            address=client_address(),
        )
    )
    return redirect(url_for("adoption.wish_sent", slug=slug, municipality=territory.oktmo), 303)


@blueprint.get("/practices/<slug>/adoption/request/sent")
@public
def wish_sent(slug: str) -> ResponseReturnValue:
    """Whom the request has reached."""
    territory = current(request.args.get("municipality", ""))
    return render_template(
        "adoption/wishes/sent.html",
        practice=published_practice(slug),
        territory=territory,
        coordinated=bool(territory and adoptions.coordinators_of(territory)),
    )


@blueprint.route("/cabinet/requests/<code>", methods=["GET", "POST"])
@requires(Permission.START_ADOPTIONS)
@shows_form
def wish_answer(code: str) -> ResponseReturnValue:
    """The request: begin from it, or decline it with a word."""
    found, form = queries.wish_for(actor(), code), DeclineForm()
    if not form.validate_on_submit():
        return form_page("adoption/wishes/wish.html", form, wish=found)
    try:
        write(lambda: operations.decline(found, form.answer.data or "", by=actor()))
    except operations.SettledAlready:
        flash(_("The request has been settled already."), "info")
    else:
        flash(_("The request is declined; whoever asked gets a letter."), "ok")
    return redirect(page_url("work"))


def _form() -> WishForm:
    form = WishForm()
    form.municipality.choices = [("", ""), *municipality_choices(site().region)]
    if not form.is_submitted() and current_user.is_authenticated:
        form.name.data, form.email.data = current_user.display_name, current_user.email
    return form


def _page(practice: Practice, form: WishForm) -> str:
    return render_template(
        "adoption/who_begins.html",
        practice=practice,
        form=form,
        consent=wording(ConsentKind.request),
        askable=bool(author_address(practice)),
    )
