"""«Беру к себе»: an organisation in a territory asks for a practice."""

from __future__ import annotations

from contextlib import suppress

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from accounts.models import Organisation
from accounts.operations import ensure_organisation
from accounts.queries import organisations_there
from adoption import operations, queries
from adoption.blueprint import blueprint
from adoption.cabinet.forms import NEW, StartForm
from adoption.models import Adoption
from adoption.operations import Request
from adoption.wishes import operations as wishes
from adoption.wishes import queries as wish_queries
from adoption.wishes.models import Wish, WishState
from adoption.wishes.views import who_begins
from forum.models import Forum, Section
from kernel.access import actor, public, requires, shows_form
from kernel.forms import status_of
from kernel.permissions import Permission
from kernel.text import DASH
from kernel.transaction import write
from practices.models import Practice
from practices.queries import published_practice
from programme.models import Slot
from territories.models import Territory

Shown = list[tuple[Slot, Forum, Section]]


@blueprint.get("/practices/<slug>/adoption")
@public
def taking(slug: str) -> ResponseReturnValue:
    """The form, or what to do instead for whoever may not begin."""
    if current_user.is_authenticated and actor().scopes(Permission.START_ADOPTIONS):
        return _start(slug)
    return who_begins(published_practice(slug))


@blueprint.post("/practices/<slug>/adoption")
@requires(Permission.START_ADOPTIONS)
@shows_form
def start(slug: str) -> ResponseReturnValue:
    return _start(slug)


def _start(slug: str) -> ResponseReturnValue:
    practice = published_practice(slug)
    territories = queries.territories_for(actor(), Permission.START_ADOPTIONS)
    if not territories:
        return render_template("adoption/no_territory.html", practice=practice)
    organisations = queries.organisations_in(territories)
    shown = queries.shown_at(practice.id)
    wish = _wish(practice)
    form = _form(territories, organisations, shown, wish)
    if not (form.validate_on_submit() and _one_is_meant(form, territories)):
        page = _page(practice, form, territories, organisations, shown, wish)
        return page, status_of(form)
    asked = _request(form, shown)

    def deed() -> tuple[Adoption, bool]:
        organisation = _organisation(form, territories, organisations)
        behalf = not queries.holds_there(actor(), organisation.territory_id, Permission.EDIT_ADOPTIONS)
        begun = operations.start_adoption(practice, organisation, asked, by=actor(), on_behalf=behalf)
        if wish is not None:
            with suppress(wishes.SettledAlready):
                wishes.begin(wish, begun[0], by=actor())
        return begun

    adoption, new = write(deed)
    if new:
        flash(_("The request is sent to the author. We will remind you of the next step here."), "ok")
    else:
        flash(_("This organisation has taken the practice already: here is where it stands."), "info")
    return redirect(url_for("adoption.adoption", code=adoption.code))


def _wish(practice: Practice) -> Wish | None:
    """The request that the form is opened from, if it still waits."""
    code = request.values.get("request", "")
    wish = wish_queries.wish_for(actor(), code) if code else None
    return wish if wish and wish.practice_id == practice.id and wish.state is WishState.waiting else None


def _form(
    territories: list[Territory], organisations: list[Organisation], shown: Shown, wish: Wish | None
) -> StartForm:
    form = StartForm()
    several = len(territories) > 1
    form.organisation.choices = [
        ("", _("choose")),
        *(
            (str(found.id), f"{found.title}{DASH}{found.territory.short_name}" if several else found.title)
            for found in organisations
        ),
        (NEW, _("It is not in the list: add it")),
    ]
    form.territory.choices = [(place.oktmo, place.name) for place in territories]
    form.source.choices = [
        *(
            (str(slot.id), _("%(forum)s, section «%(section)s»", forum=forum.name, section=section.title))
            for slot, forum, section in shown
        ),
        ("", _("Not at a forum")),
    ]
    if not form.is_submitted():
        form.source.data = str(shown[0][0].id) if shown else ""
        slot_id = request.args.get("slot", "")
        if slot_id in {str(slot.id) for slot, _forum, _section in shown}:
            form.source.data = slot_id
        form.organisation.data = request.args.get("organisation", "") if organisations else NEW
        form.territory.data = request.args.get("territory", "")
        if wish is not None:
            form.organisation.data, form.new_organisation.data = NEW, wish.organisation
            form.territory.data, form.aim.data = wish.territory.oktmo, wish.message
            form.contact_name.data, form.contact_email.data = wish.name, wish.email
        elif actor().scopes(Permission.EDIT_ADOPTIONS):
            form.contact_name.data, form.contact_email.data = actor().display_name, actor().email
    return form


def _page(
    practice: Practice,
    form: StartForm,
    territories: list[Territory],
    organisations: list[Organisation],
    shown: Shown,
    wish: Wish | None,
) -> str:
    return render_template(
        "adoption/start.html",
        practice=practice,
        form=form,
        territories=territories,
        organisations=organisations,
        shown=shown,
        wish=wish,
    )


def _request(form: StartForm, shown: Shown) -> Request:
    source = [(slot, forum) for slot, forum, _section in shown if str(slot.id) == form.source.data]
    return Request(
        contact_name=form.contact_name.data,
        contact_email=form.contact_email.data,
        contact_phone=form.contact_phone.data or "",
        aim=form.aim.data or "",
        source_slot_id=source[0][0].id if source else None,
        source_forum_id=source[0][1].id if source else None,
    )


def _organisation(form: StartForm, territories: list[Territory], organisations: list[Organisation]) -> Organisation:
    for organisation in organisations:
        if str(organisation.id) == form.organisation.data:
            return organisation
    return ensure_organisation(form.new_organisation.data, _place(form, territories), by=actor())


def _place(form: StartForm, territories: list[Territory]) -> Territory:
    """The municipality of an organisation that is not in the list."""
    return next((place for place in territories if place.oktmo == form.territory.data), territories[0])


def _one_is_meant(form: StartForm, territories: list[Territory]) -> bool:
    """Whether the name typed says which organisation it is; several bear a short name like «СОШ № 1»."""
    if form.organisation.data != NEW:
        return True
    place = _place(form, territories)
    if len(organisations_there(form.new_organisation.data, place.id)) < 2:
        return True
    text = _("Several organisations there are called so. Choose yours in the list above, or write its full name.")
    form.new_organisation.errors = [*form.new_organisation.errors, text]
    return False
