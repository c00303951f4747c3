"""The organiser's pages: how sections are joined, what counts as taking part, groups at one screen, the figures."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum.models import Forum, Section
from forum.queries import forum_for, section_of, sections_of
from hall import counts, exports, operations, queries
from hall.blueprint import blueprint
from hall.facts import of_figures
from hall.forms import GroupForm, HandForm, JoiningForm, RuleForm
from hall.labels import MARK_LABELS
from hall.providers import player, provider
from kernel.access import actor, requires, shows_form
from kernel.db import utcnow
from kernel.documents.sheets import XLSX
from kernel.downloads import download
from kernel.forms import Form
from kernel.permissions import Permission
from kernel.transaction import writing
from kernel.zones import zone_name
from registrations.queries import registration_of

ONLINE = "/manage/forums/<slug>/online"


@blueprint.get("/manage/forums/<slug>/figures")
@requires(Permission.VIEW_REGISTRATIONS)
def figures(slug: str) -> ResponseReturnValue:
    forum = forum_for(actor(), slug, Permission.VIEW_REGISTRATIONS)
    found = counts.figures(forum)
    return render_template(
        "hall/manage/figures.html",
        forum=forum,
        figures=found,
        totals=of_figures(found),
        marks=MARK_LABELS,
        now=utcnow(),
        zone=zone_name(forum.timezone),
    )


@blueprint.get("/manage/forums/<slug>/figures.xlsx")
@requires(Permission.VIEW_REGISTRATIONS)
def figures_xlsx(slug: str) -> ResponseReturnValue:
    forum = forum_for(actor(), slug, Permission.VIEW_REGISTRATIONS)
    return download(exports.figures(forum, counts.figures(forum)), XLSX, f"{slug}-figures.xlsx")


@blueprint.get(ONLINE)
@requires(Permission.EDIT_REGISTRATIONS)
def online(slug: str) -> ResponseReturnValue:
    return _page(forum_for(actor(), slug, Permission.EDIT_REGISTRATIONS))


def _page(forum: Forum, form: Form | None = None) -> ResponseReturnValue:
    rule = queries.rule_of(forum.id)
    rule_form = form if isinstance(form, RuleForm) else RuleForm(formdata=None, obj=rule)
    group_form = form if isinstance(form, GroupForm) else GroupForm(formdata=None)
    body = render_template(
        "hall/manage/online.html",
        forum=forum,
        sections=sections_of(forum.id),
        joinings=queries.joinings(forum.id),
        provider=provider,
        player=player,
        screens=queries.screens_of(forum.id),
        rule_form=rule_form,
        group_form=group_form,
        wrong=form,
    )
    return body, 422 if form is not None else 200


@blueprint.post(ONLINE + "/rule")
@requires(Permission.EDIT_REGISTRATIONS)
@shows_form
def rule(slug: str) -> ResponseReturnValue:
    forum = forum_for(actor(), slug, Permission.EDIT_REGISTRATIONS)
    form = RuleForm()
    if not form.validate_on_submit():
        return _page(forum, form)
    with writing():
        operations.set_rule(forum, form.minutes.data, form.word_counts.data, by=actor())
    flash(_("Saved."), "ok")
    return _back(slug)


@blueprint.route(ONLINE + "/sections/<section_slug>", methods=["GET", "POST"])
@requires(Permission.EDIT_REGISTRATIONS)
@shows_form
def joining(slug: str, section_slug: str) -> ResponseReturnValue:
    forum = forum_for(actor(), slug, Permission.EDIT_REGISTRATIONS)
    section: Section = section_of(forum, section_slug)
    form = JoiningForm(obj=queries.joinings(forum.id).get(section.id))
    if not form.validate_on_submit():
        return render_template(
            "hall/manage/joining.html", forum=forum, section=section, form=form
        ), 422 if form.is_submitted() else 200
    with writing():
        operations.set_joining(section, **form.values(), by=actor())
    flash(_("Saved."), "ok")
    return _back(slug)


@blueprint.post(ONLINE + "/screens")
@requires(Permission.EDIT_REGISTRATIONS)
@shows_form
def screens(slug: str) -> ResponseReturnValue:
    forum = forum_for(actor(), slug, Permission.EDIT_REGISTRATIONS)
    form = GroupForm()
    if not form.validate_on_submit():
        return _page(forum, form)
    with writing():
        operations.add_screen(forum, form.territory.territory_id, form.place.data or "", form.people.data, by=actor())
    flash(_("The group is added."), "ok")
    return _back(slug)


@blueprint.post(ONLINE + "/screens/<int:point_id>/removal")
@requires(Permission.EDIT_REGISTRATIONS)
def screen_removal(slug: str, point_id: int) -> ResponseReturnValue:
    forum = forum_for(actor(), slug, Permission.EDIT_REGISTRATIONS)
    point = queries.screen_of(forum.id, point_id)
    with writing():
        operations.remove_screen(forum, point, by=actor())
    flash(_("Removed."), "ok")
    return _back(slug)


@blueprint.post(ONLINE + "/participants/<uuid>")
@requires(Permission.EDIT_REGISTRATIONS)
@shows_form
def by_hand(slug: str, uuid: str) -> ResponseReturnValue:
    """The organiser's own word for how long somebody took part; it holds in the place of an earlier one."""
    forum = forum_for(actor(), slug, Permission.EDIT_REGISTRATIONS)
    registration, form = registration_of(forum, uuid), HandForm()
    if not form.validate_on_submit():
        flash(_("Nothing is noted: give the minutes as a number."), "bad")
    else:
        with writing():
            operations.note_by_hand(registration, form.minutes.data, by=actor())
        flash(_("Noted."), "ok")
    return redirect(url_for("registrations.participant", slug=slug, uuid=uuid), 303)


def _back(slug: str) -> ResponseReturnValue:
    return redirect(url_for("hall.online", slug=slug), 303)
