"""Series of forums."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from accounts.scopes import reach
from forum import operations, queries
from forum.forms import SeriesForm
from forum.manage.base import blueprint, territory_choices
from forum.models import Series
from forum.saving import add_once, columns, save
from kernel.access import actor, requires, shows_form
from kernel.forms import form_page
from kernel.permissions import Permission
from kernel.text import sort_key
from territories import queries as territories


@blueprint.route("/manage/series/new", methods=["GET", "POST"])
@requires(Permission.EDIT_SERIES)
@shows_form
def new_series() -> ResponseReturnValue:
    if not queries.may_begin(actor()):
        raise NotFound()
    form = _series_form(None)
    if not form.validate_on_submit():
        return form_page("forum/manage/series.html", form, series=None)
    values = form.values()
    added = add_once(
        form,
        territories.current_by_id(form.territory.data),
        values,
        find=lambda: queries.series_named(form.name.data, form.territory.data),
        add=lambda: operations.begin_series(actor(), **values),
        taken=_("A series of this name is here already: find it in the list of forums and change it there."),
    )
    own = {one.name_key: one for one in queries.all_series_for(actor(), Permission.EDIT_SERIES)}
    made = own.get(sort_key(form.name.data))
    if added and made is None:
        form.name.errors = [_("Somebody else has a series of this name there. Give yours another name.")]
    if not added or made is None:
        return form_page("forum/manage/series.html", form, series=None)
    flash(_("The series is added. Now add its first forum."), "ok")
    return redirect(url_for("forum_desk.new_forum", series=made.slug))


@blueprint.route("/manage/series/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_SERIES)
@shows_form
def edit_series(slug: str) -> ResponseReturnValue:
    series = queries.series_for(actor(), slug, Permission.EDIT_SERIES)
    form = _series_form(series)
    if not form.validate_on_submit():
        return form_page("forum/manage/series.html", form, series=series)
    values = form.values()
    save(
        form, series, values, lambda version: operations.edit_series(series, values, by=actor(), opened_version=version)
    )
    flash(_("Saved."), "ok")
    return redirect(url_for("forum_desk.index"))


def _series_form(series: Series | None) -> SeriesForm:
    """An organiser's rights reach as far as their series does: it moves only to where they hold them already."""
    form = SeriesForm(data=columns(series) | {"territory": series.territory_id}) if series else SeriesForm()
    reached = reach(actor().scopes(Permission.EDIT_SERIES))
    choices = [(number, name) for number, name in territory_choices() if reached is None or number in reached]
    if series and series.territory_id not in {number for number, _name in choices}:
        choices.append((series.territory_id, series.territory.name))
    form.territory.choices = choices
    return form
