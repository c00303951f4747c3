"""The list of forums, a new one, what is said of one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum import operations, queries
from forum.forms import ForumForm
from forum.labels import STATUS_LABELS
from forum.manage.base import EDIT, SERIES, blueprint, may_begin_series, shown_as, territory_choices
from forum.models import EventKind, Format, Forum, Series
from forum.saving import columns, save
from kernel.access import actor, requires, shows_form
from kernel.transaction import writing


@blueprint.get("/manage/forums")
@requires("work:forums:open")
def index() -> ResponseReturnValue:
    forums = queries.forums_for(actor(), "work:forums:open")
    return render_template(
        "forum/manage/index.html",
        forums=forums,
        series=queries.all_series_for(actor(), SERIES),
        statuses=STATUS_LABELS,
        may_begin_series=may_begin_series(),
    )


@blueprint.route("/manage/forums/new", methods=["GET", "POST"])
@requires(SERIES)
@shows_form
def new_forum() -> ResponseReturnValue:
    choices = queries.all_series_for(actor(), SERIES)
    if not choices:
        return redirect(url_for("forum_desk.new_series"))
    form = _forum_form(None, choices)
    page = "forum/manage/forum_form.html"
    if not form.validate_on_submit():
        return render_template(page, form=form, forum=None, series=choices), shown_as(form)
    chosen = form.series.data if form.series else request.form.get("series", choices[0].slug)
    with writing():
        series = queries.series_for(actor(), chosen, SERIES)
        operations.hold(series)
        forum = queries.same_forum(series, form.name.data, form.date_start.data)
        known = forum is not None
        if forum is None:
            forum = operations.add_forum(series, _forum_values(form), by=actor())
            _set_capacities(forum, form)
    if known:
        flash(_("A forum of this title and day is here already: this is it."), "info")
    else:
        flash(_("The forum is added as a draft. Next: venues, rooms and sections."), "ok")
    return redirect(url_for("forum_desk.places", slug=forum.slug))


def _forum_form(forum: Forum | None, series: list[Series]) -> ForumForm:
    known: dict[str, Any] = {}
    if forum is not None:
        known = {"kind": forum.kind.value, "territory": forum.territory_id} | _capacities(forum)
    form = ForumForm(data=columns(forum) | known) if forum else ForumForm(data={"series": request.args.get("series")})
    if len(series) > 1:
        form.series.choices = [("", _("Choose the series")), *((one.slug, one.name) for one in series)]
    else:
        del form.series
    form.territory.choices = territory_choices()
    return form


def _forum_values(form: ForumForm) -> dict[str, Any]:
    return form.values() | {"kind": EventKind(form.kind.data), "territory_id": form.territory.data}


def _set_capacities(forum: Forum, form: ForumForm) -> None:
    for kind in Format:
        operations.set_capacity(forum, kind, form[f"capacity_{kind.value}"].data, by=actor())


def _capacities(forum: Forum) -> dict[str, Any]:
    return {f"capacity_{kind}": quota.capacity for kind, quota in queries.quotas_of(forum.id).items()}


@blueprint.route("/manage/forums/<slug>/edit", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def edit_forum(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, EDIT)
    form = _forum_form(forum, [])
    page = "forum/manage/forum_form.html"
    if not form.validate_on_submit():
        return render_template(page, form=form, forum=forum, series=[]), shown_as(form)
    values = _forum_values(form)

    def change(version: int) -> None:
        operations.edit_forum(forum, values, by=actor(), opened_version=version)
        _set_capacities(forum, form)

    try:
        typed = {name: form[name].data for name in _capacities(forum)}
        save(form, forum, values | typed, change, lambda: _capacities(forum))
    except operations.CapacityBelowTaken as error:
        form[f"capacity_{error.kind.value}"].errors = [
            _("%(number)d places are taken already: there cannot be fewer.", number=error.taken)
        ]
        return render_template(page, form=form, forum=forum, series=[]), 422
    flash(_("Saved."), "ok")
    return redirect(url_for("forum_desk.desk", slug=slug))
