"""The organiser's pages: series, forums, places, sections."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from accounts.scopes import reach
from accounts.settings import site
from forum import operations, queries
from forum.documents import summary_data
from forum.facts import facts
from forum.forms import ForumForm, RoomForm, SectionForm, SeriesForm, VenueForm
from forum.labels import STATUS_LABELS
from forum.models import EventKind, Format, Forum, ForumStatus, Section, Series
from forum.readiness import closing, lacks
from forum.rules import moves
from forum.saving import add_once, columns, remove, save
from kernel.access import actor, requires, shows_form
from kernel.documents import pdf
from kernel.transaction import writing
from territories import queries as territories

blueprint = Blueprint("forum_desk", __name__)
EDIT = "forum:forum:edit"
SERIES = "forum:series:edit"


def _by() -> Any:
    return actor()


def _status(form: Any) -> int:
    return 422 if form.is_submitted() else 200


def _territory_choices() -> list[tuple[int, str]]:
    region = territories.current(site().region)
    rows = ([region, *territories.municipalities(region.id)] if region else []) or territories.regions()
    return [(territory.id, territory.name) for territory in rows]


@blueprint.get("/manage/forums")
@requires("work:forums:open")
def index() -> ResponseReturnValue:
    forums = queries.forums_for(actor(), "work:forums:open")
    return render_template(
        "forum/manage/index.html",
        forums=forums,
        series=queries.all_series_for(actor(), SERIES),
        statuses=STATUS_LABELS,
        may_begin_series=_may_begin_series(),
    )


def _may_begin_series() -> bool:
    """An organiser of one series does not make others."""
    return actor().scopes(SERIES).everywhere


@blueprint.route("/manage/series/new", methods=["GET", "POST"])
@requires(SERIES)
@shows_form
def new_series() -> ResponseReturnValue:
    if not _may_begin_series():
        raise NotFound()
    form = _series_form(None)
    if not form.validate_on_submit():
        return render_template("forum/manage/series.html", form=form, series=None), _status(form)
    values = form.values()
    added = add_once(
        form,
        territories.current_by_id(form.territory.data),
        values,
        find=lambda: queries.series_named(form.name.data, form.territory.data),
        add=lambda: operations.add_series(by=_by(), **values),
        taken=_("A series of this name is here already: find it in the list of forums and change it there."),
    )
    if not added:
        return render_template("forum/manage/series.html", form=form, series=None), 422
    flash(_("The series is added. Now add its first forum."), "ok")
    made = queries.series_named(form.name.data, form.territory.data)
    return redirect(url_for("forum_desk.new_forum", series=made.slug if made else None))


@blueprint.route("/manage/series/<slug>/edit", methods=["GET", "POST"])
@requires(SERIES)
@shows_form
def edit_series(slug: str) -> ResponseReturnValue:
    series = queries.series_for(actor(), slug, SERIES)
    form = _series_form(series)
    if not form.validate_on_submit():
        return render_template("forum/manage/series.html", form=form, series=series), _status(form)
    values = form.values()
    save(form, series, values, lambda version: operations.edit_series(series, values, by=_by(), opened_version=version))
    flash(_("Saved."), "ok")
    return redirect(url_for("forum_desk.index"))


def _series_form(series: Series | None) -> SeriesForm:
    """An organiser's rights reach as far as their series does: it moves only to where they hold them already."""
    form = SeriesForm(data=columns(series) | {"territory": series.territory_id}) if series else SeriesForm()
    reached = reach(actor().scopes(SERIES))
    choices = [(number, name) for number, name in _territory_choices() if reached is None or number in reached]
    if series and series.territory_id not in {number for number, _name in choices}:
        choices.append((series.territory_id, series.territory.name))
    form.territory.choices = choices
    return form


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
        return render_template(page, form=form, forum=None, series=choices), _status(form)
    chosen = form.series.data if form.series else request.form.get("series", choices[0].slug)
    with writing():
        series = queries.series_for(actor(), chosen, SERIES)
        operations.hold(series)
        forum = queries.same_forum(series, form.name.data, form.date_start.data)
        known = forum is not None
        if forum is None:
            forum = operations.add_forum(series, _forum_values(form), by=_by())
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
    form.territory.choices = _territory_choices()
    return form


def _forum_values(form: ForumForm) -> dict[str, Any]:
    return form.values() | {"kind": EventKind(form.kind.data), "territory_id": form.territory.data}


def _set_capacities(forum: Forum, form: ForumForm) -> None:
    for kind in Format:
        operations.set_capacity(forum, kind, form[f"capacity_{kind.value}"].data, by=_by())


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
        return render_template(page, form=form, forum=forum, series=[]), _status(form)
    values = _forum_values(form)

    def change(version: int) -> None:
        operations.edit_forum(forum, values, by=_by(), opened_version=version)
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


@blueprint.get("/manage/forums/<slug>")
@requires("work:forums:open")
def desk(slug: str) -> ResponseReturnValue:
    """What matters now: what is not ready before the day, the day itself, its figures afterwards."""
    forum = queries.forum_for(actor(), slug, "work:forums:open")
    phase, over = queries.phase(forum), queries.is_over(forum)
    return render_template(
        "forum/manage/desk.html",
        forum=forum,
        phase=phase,
        over=over,
        moves=[status.value for status in moves(forum.status, over)],
        lacks=lacks(forum),
        warnings=[warning for tell in closing if (warning := tell(forum))],
        facts=facts(forum) if phase == "after" else [],
        statuses=STATUS_LABELS,
    )


@blueprint.get("/manage/forums/<slug>/summary.pdf")
@requires("work:forums:open")
def summary(slug: str) -> ResponseReturnValue:
    """Справка: one page of figures with their definitions."""
    forum = queries.forum_for(actor(), slug, "work:forums:open")
    body = pdf.render("summary", summary_data(forum, facts(forum)))
    headers = {"Content-Disposition": f'attachment; filename="summary-{forum.slug}.pdf"'}
    return Response(body, mimetype="application/pdf", headers=headers)


@blueprint.post("/manage/forums/<slug>/status")
@requires(EDIT)
def status(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, EDIT)
    wanted = next((one for one in ForumStatus if one.value == request.form.get("status")), forum.status)
    with writing():
        fits = wanted is forum.status or wanted in moves(forum.status, queries.is_over(forum))
        if fits:
            operations.set_status(forum, wanted, by=_by())
    if fits:
        flash(STATUS_LABELS[wanted], "ok")
    else:
        flash(_("Nothing was changed: the forum's days or its state are no longer what the page showed."), "bad")
    return redirect(url_for("forum_desk.desk", slug=slug))


@blueprint.post("/manage/forums/<slug>/programme-publication")
@requires("forum:programme:edit")
def programme_publication(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, "forum:programme:edit")
    with writing():
        operations.publish_programme(forum, request.form.get("published") == "yes", by=_by())
    flash(_("The programme is published.") if forum.programme_published else _("The programme is hidden."), "ok")
    return redirect(url_for("forum_desk.desk", slug=slug))


@blueprint.get("/manage/forums/<slug>/places")
@requires(EDIT)
def places(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, EDIT)
    return _places_page(forum, VenueForm(formdata=None), _room_form(forum, None))


def _places_page(forum: Forum, venue_form: VenueForm, room_form: RoomForm) -> str:
    return render_template(
        "forum/manage/places.html",
        forum=forum,
        venues=queries.venues_of(forum.id),
        sections=queries.sections_of(forum.id),
        venue_form=venue_form,
        room_form=room_form,
    )


def _room_form(forum: Forum, formdata: Any) -> RoomForm:
    form = RoomForm(formdata=formdata)
    form.venue.choices = [(venue.id, venue.name) for venue in queries.venues_of(forum.id)]
    return form


@blueprint.post("/manage/forums/<slug>/venues")
@requires(EDIT)
@shows_form
def venues(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, EDIT)
    form = VenueForm()
    if not form.validate_on_submit():
        return _places_page(forum, form, _room_form(forum, None)), 422
    values = form.values()
    added = add_once(
        form,
        forum,
        values,
        find=lambda: queries.venue_named(forum, values["name"], values["address"]),
        add=lambda: operations.add_venue(forum, by=_by(), **values),
        taken=_("This venue is here already. To change how to get there, open it in the list."),
    )
    if not added:
        return _places_page(forum, form, _room_form(forum, None)), 422
    flash(_("The venue is added."), "ok")
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.route("/manage/forums/<slug>/venues/<int:venue_id>", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def venue(slug: str, venue_id: int) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, EDIT)
    found = queries.venue_of(forum, venue_id)
    form = VenueForm(obj=found)
    if not form.validate_on_submit():
        return render_template("forum/manage/venue.html", forum=forum, venue=found, form=form), _status(form)
    with writing():
        operations.edit_place(forum, found, form.values(), by=_by())
    flash(_("Saved."), "ok")
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.post("/manage/forums/<slug>/rooms")
@requires(EDIT)
@shows_form
def rooms(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, EDIT)
    form = _room_form(forum, request.form)
    if not form.validate_on_submit():
        return _places_page(forum, VenueForm(formdata=None), form), 422
    place, values = queries.venue_of(forum, form.venue.data), form.values()
    added = add_once(
        form,
        place,
        values,
        find=lambda: queries.room_named(place, values["name"]),
        add=lambda: operations.add_room(forum, place, by=_by(), **values),
        taken=_("This venue has a room of this name already."),
    )
    if not added:
        return _places_page(forum, VenueForm(formdata=None), form), 422
    flash(_("The room is added."), "ok")
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.route("/manage/forums/<slug>/rooms/<int:room_id>", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def room(slug: str, room_id: int) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, EDIT)
    found = queries.room_of(forum, room_id)
    form = RoomForm(data=columns(found))
    del form.venue  # a room stays where it was built
    good = form.validate_on_submit()
    if good:
        values = form.values()
        with writing():
            operations.hold(forum)
            good = queries.room_named(found.venue, values["name"]) in (None, found)
            if good:
                operations.edit_place(forum, found, values, by=_by())
        if not good:
            form.name.errors = [_("This venue has a room of this name already.")]
    if not good:
        return render_template("forum/manage/room.html", forum=forum, room=found, form=form), _status(form)
    flash(_("Saved."), "ok")
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.post("/manage/forums/<slug>/<any(venues, rooms):kind>/<int:place_id>/removal")
@requires(EDIT)
def removal(slug: str, kind: str, place_id: int) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, EDIT)
    find = queries.venue_of if kind == "venues" else queries.room_of
    remove(forum, find(forum, place_id))
    return redirect(url_for("forum_desk.places", slug=slug))


def _section_form(forum: Forum, section: Section | None) -> SectionForm:
    form = SectionForm(data=columns(section) | {"room": section.room_id}) if section else SectionForm()
    rooms_here = [(room.id, f"{room.name} · {room.venue.name}") for room in queries.rooms_of(forum.id)]
    form.room.choices = [("", _("Not chosen yet")), *rooms_here]
    return form


@blueprint.route("/manage/forums/<slug>/sections/new", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def new_section(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, EDIT)
    form = _section_form(forum, None)
    if not form.validate_on_submit():
        return render_template("forum/manage/section.html", forum=forum, section=None, form=form), _status(form)
    values = form.values()
    added = add_once(
        form,
        forum,
        values,
        find=lambda: queries.section_named(forum, values["name"]),
        add=lambda: operations.add_section(forum, dict(values), by=_by()),
        taken=_("The forum has a section of this name already. Give this one another name, or open that one."),
    )
    if not added:
        return render_template("forum/manage/section.html", forum=forum, section=None, form=form), 422
    flash(_("The section is added."), "ok")
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.route("/manage/forums/<slug>/sections/<section_slug>", methods=["GET", "POST"])
@requires(EDIT)
@shows_form
def section(slug: str, section_slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, EDIT)
    found = queries.section_of(forum, section_slug)
    form = _section_form(forum, found)
    if not form.validate_on_submit():
        return render_template("forum/manage/section.html", forum=forum, section=found, form=form), _status(form)
    values = form.values()
    save(
        form,
        found,
        values,
        lambda version: operations.edit_section(forum, found, values, by=_by(), opened_version=version),
    )
    flash(_("Saved."), "ok")
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.post("/manage/forums/<slug>/sections/<section_slug>/removal")
@requires(EDIT)
def section_removal(slug: str, section_slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, EDIT)
    remove(forum, queries.section_of(forum, section_slug))
    return redirect(url_for("forum_desk.places", slug=slug))
