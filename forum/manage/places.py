"""Venues, rooms and sections of a forum."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from forum import operations, pasting, queries
from forum.forms import LinesForm, RoomForm, SectionForm, VenueForm
from forum.manage.base import blueprint
from forum.models import Forum, Section
from forum.saving import add_once, columns, remove, save
from kernel.access import actor, requires, shows_form
from kernel.asking import Doubtful, confirmed
from kernel.forms import form_page
from kernel.permissions import Permission
from kernel.text import whole_number
from kernel.transaction import writing


@blueprint.get("/manage/forums/<slug>/places")
@requires(Permission.EDIT_FORUMS)
def places(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    room_form = _room_form(forum, None)
    one_more = whole_number(request.args.get("venue"))
    room_form.venue.data = one_more
    return _places_page(forum, VenueForm(formdata=None), room_form, one_more=one_more is not None)


def _places_page(forum: Forum, venue_form: VenueForm, room_form: RoomForm, one_more: bool = False) -> str:
    """`one_more`: whoever has just added a room goes on with the next one."""
    return render_template(
        "forum/manage/places.html",
        forum=forum,
        venues=queries.venues_of(forum.id),
        sections=queries.sections_of(forum.id),
        venue_form=venue_form,
        room_form=room_form,
        one_more=one_more,
    )


def _room_form(forum: Forum, formdata: object) -> RoomForm:
    form = RoomForm(formdata=formdata)
    form.venue.choices = [(venue.id, venue.name) for venue in queries.venues_of(forum.id)]
    return form


@blueprint.post("/manage/forums/<slug>/venues")
@requires(Permission.EDIT_FORUMS)
@shows_form
def venues(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    form = VenueForm()
    if not form.validate_on_submit():
        return _places_page(forum, form, _room_form(forum, None)), 422
    values = form.values()
    added = add_once(
        form,
        forum,
        values,
        find=lambda: queries.venue_named(forum, values["name"], values["address"]),
        add=lambda: operations.add_venue(forum, by=actor(), **values),
        taken=_("This venue is here already. To change how to get there, open it in the list."),
    )
    if not added:
        return _places_page(forum, form, _room_form(forum, None)), 422
    flash(_("The venue is added."), "ok")
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.route("/manage/forums/<slug>/venues/<int:venue_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_FORUMS)
@shows_form
def venue(slug: str, venue_id: int) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    found = queries.venue_of(forum, venue_id)
    form = VenueForm(obj=found)
    if not form.validate_on_submit():
        return form_page("forum/manage/venue.html", form, forum=forum, venue=found)
    with writing():
        operations.edit_place(forum, found, form.values(), by=actor())
    flash(_("Saved."), "ok")
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.post("/manage/forums/<slug>/rooms")
@requires(Permission.EDIT_FORUMS)
@shows_form
def rooms(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    form = _room_form(forum, request.form)
    if not form.validate_on_submit():
        return _places_page(forum, VenueForm(formdata=None), form), 422
    place, values = queries.venue_of(forum, form.venue.data), form.values()
    added = add_once(
        form,
        forum,
        values,
        find=lambda: queries.room_named(place, values["name"]),
        add=lambda: operations.add_room(forum, place, by=actor(), **values),
        taken=_("This venue has a room of this name already."),
    )
    if not added:
        return _places_page(forum, VenueForm(formdata=None), form), 422
    flash(_("The room is added."), "ok")
    if "again" in request.form:
        return redirect(url_for("forum_desk.places", slug=slug, venue=place.id, _anchor="room-form"))
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.route("/manage/forums/<slug>/rooms/<int:room_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_FORUMS)
@shows_form
def room(slug: str, room_id: int) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
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
                operations.edit_place(forum, found, values, by=actor())
        if not good:
            form.name.errors = [_("This venue has a room of this name already.")]
    if not good:
        return form_page("forum/manage/room.html", form, forum=forum, room=found)
    flash(_("Saved."), "ok")
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.post("/manage/forums/<slug>/<any(venues, rooms):kind>/<int:place_id>/removal")
@requires(Permission.EDIT_FORUMS)
def removal(slug: str, kind: str, place_id: int) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    find = queries.venue_of if kind == "venues" else queries.room_of
    remove(forum, find(forum, place_id))
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.route("/manage/forums/<slug>/places/lines", methods=["GET", "POST"])
@requires(Permission.EDIT_FORUMS)
@shows_form
def lines(slug: str) -> ResponseReturnValue:
    """Rooms and sections as lists: shown row by row first, added when just what was shown is confirmed."""
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    venues = queries.venues_of(forum.id)
    form = LinesForm(data={"venue": venues[0].name if venues else forum.place})
    if not form.validate_on_submit():
        return form_page("forum/manage/lines.html", form, forum=forum, venues=venues)
    typed = form.venue.data or "", form.rooms.data or "", form.sections.data or ""
    if "add" not in request.form:
        return render_template(
            "forum/manage/lines.html", form=form, forum=forum, venues=venues, pasted=pasting.read(forum, *typed)
        )
    with writing():
        operations.hold(forum)
        pasted = pasting.read(forum, *typed)
        fits = not pasted.errors and pasted.signature == request.form["add"]
        if fits:
            pasting.carry_out(forum, pasted, by=actor())
    if not fits:
        return form_page("forum/manage/lines.html", form, forum=forum, venues=venues, pasted=pasted, moved=True)
    flash(_added(len(pasted.rooms.actions), len(pasted.sections.actions)), "ok")
    return redirect(url_for("forum_desk.places", slug=slug))


def _added(rooms: int, sections: int) -> str:
    parts = [ngettext("%(num)d room", "%(num)d rooms", rooms)] * bool(rooms)
    parts += [ngettext("%(num)d section", "%(num)d sections", sections)] * bool(sections)
    return _("Added: %(what)s.", what=", ".join(parts)) if parts else _("Everything in the lists is here already.")


def _section_form(forum: Forum, section: Section | None) -> SectionForm:
    form = SectionForm(data=columns(section) | {"room": section.room_id}) if section else SectionForm()
    rooms_here = [(room.id, f"{room.name} · {room.venue.name}") for room in queries.rooms_of(forum.id)]
    form.room.choices = [("", _("Not chosen yet")), *rooms_here]
    return form


@blueprint.route("/manage/forums/<slug>/sections/new", methods=["GET", "POST"])
@requires(Permission.EDIT_FORUMS)
@shows_form
def new_section(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    form = _section_form(forum, None)
    if not form.validate_on_submit():
        return form_page("forum/manage/section.html", form, forum=forum, section=None)
    values = form.values()
    added = add_once(
        form,
        forum,
        values,
        find=lambda: queries.section_named(forum, values["name"]),
        add=lambda: operations.add_section(forum, dict(values), by=actor()),
        taken=_("The forum has a section of this name already. Give this one another name, or open that one."),
    )
    if not added:
        return form_page("forum/manage/section.html", form, forum=forum, section=None)
    flash(_("The section is added."), "ok")
    there = "forum_desk.new_section" if "again" in request.form else "forum_desk.places"
    return redirect(url_for(there, slug=slug))


@blueprint.route("/manage/forums/<slug>/sections/<section_slug>", methods=["GET", "POST"])
@requires(Permission.EDIT_FORUMS)
@shows_form
def section(slug: str, section_slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    found = queries.section_of(forum, section_slug)
    form = _section_form(forum, found)
    page = "forum/manage/section.html"
    if not form.validate_on_submit():
        return form_page(page, form, forum=forum, section=found)
    values, sure = form.values(), confirmed()

    def change(version: int) -> None:
        operations.edit_section(forum, found, values, by=actor(), opened_version=version, sure=sure)

    try:
        save(form, found, values, change)
    except Doubtful as doubt:
        return form_page(page, form, forum=forum, section=found, doubt=doubt)
    flash(_("Saved."), "ok")
    return redirect(url_for("forum_desk.places", slug=slug))


@blueprint.post("/manage/forums/<slug>/sections/<section_slug>/removal")
@requires(Permission.EDIT_FORUMS)
def section_removal(slug: str, section_slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    remove(forum, queries.section_of(forum, section_slug))
    return redirect(url_for("forum_desk.places", slug=slug))
