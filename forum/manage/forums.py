"""The list of forums, a new one, what is said of one."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound

from forum import moving, operations, queries
from forum.forms import ForumForm
from forum.labels import ANSWER_LABELS, STATUS_LABELS
from forum.manage.base import blueprint, territory_choices
from forum.models import EventKind, Format, Forum, Series
from forum.moving import Days, ProgrammeWaits
from forum.saving import columns, save
from kernel.access import actor, requires, shows_form
from kernel.forms import form_page, status_of
from kernel.i18n import day, day_range
from kernel.permissions import Permission
from kernel.transaction import writing
from kernel.zones import ZONES


@blueprint.get("/manage/forums")
@requires(Permission.OPEN_FORUMS)
def index() -> ResponseReturnValue:
    forums = queries.forums_for(actor(), Permission.OPEN_FORUMS)
    return render_template(
        "forum/manage/index.html",
        forums=forums,
        series=queries.all_series_for(actor(), Permission.EDIT_SERIES),
        statuses=STATUS_LABELS,
        may_begin=queries.may_begin(actor()),
    )


@blueprint.route("/manage/forums/new", methods=["GET", "POST"])
@requires(Permission.EDIT_SERIES)
@shows_form
def new_forum() -> ResponseReturnValue:
    choices = queries.all_series_for(actor(), Permission.EDIT_SERIES)
    if not queries.may_begin(actor()):
        raise NotFound()
    if not choices:
        return redirect(url_for("forum_desk.new_series"))
    form = _forum_form(None, choices)
    page = "forum/manage/forum_form.html"
    if not form.validate_on_submit():
        return form_page(page, form, forum=None, series=choices)
    chosen = form.series.data if form.series else request.form.get("series", choices[0].slug)
    with writing():
        series = queries.series_for(actor(), chosen, Permission.EDIT_SERIES)
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
    known: dict[str, object] = {}
    if forum is not None:
        known = {"kind": forum.kind.value, "territory": forum.territory_id} | _capacities(forum)
    form = ForumForm(data=columns(forum) | known) if forum else ForumForm(data={"series": request.args.get("series")})
    if len(series) > 1:
        form.series.choices = [("", _("Choose the series")), *((one.slug, one.name) for one in series)]
    else:
        del form.series
    form.territory.choices = territory_choices()
    form.timezone.choices = _zones(forum)
    return form


def _zones(forum: Forum | None) -> list[tuple[str, object]]:
    """Those offered; a forum of another zone keeps its own."""
    own = {forum.timezone: forum.timezone} if forum and forum.timezone not in ZONES else {}
    return [*ZONES.items(), *own.items()]


def _forum_values(form: ForumForm) -> dict[str, object]:
    return form.values() | {"kind": EventKind(form.kind.data), "territory_id": form.territory.data}


def _set_capacities(forum: Forum, form: ForumForm) -> None:
    for kind in Format:
        operations.set_capacity(forum, kind, form[f"capacity_{kind.value}"].data, by=actor())


def _capacities(forum: Forum) -> dict[str, object]:
    return {f"capacity_{kind}": quota.capacity for kind, quota in queries.quotas_of(forum.id).items()}


@blueprint.route("/manage/forums/<slug>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_FORUMS)
@shows_form
def edit_forum(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    form = _forum_form(forum, [])
    asked = moving.question(forum, Days(forum.date_start, forum.date_end))
    if not form.validate_on_submit():
        return _edit_page(forum, form, asked), status_of(form)
    values, answer, moved = _forum_values(form), moving.read(form.programme.data), []

    def change(version: int) -> None:
        moved.append(operations.edit_forum(forum, values, by=actor(), opened_version=version, programme=answer))
        _set_capacities(forum, form)

    try:
        typed = {name: form[name].data for name in _capacities(forum)}
        save(form, forum, values | typed, change, lambda: _capacities(forum))
    except operations.CapacityBelowTaken as error:
        form[f"capacity_{error.kind.value}"].errors = [
            _("%(number)d places are taken already: there cannot be fewer.", number=error.taken)
        ]
        return _edit_page(forum, form, asked), 422
    except ProgrammeWaits as waits:
        _say_why(form, waits.asked, forum)
        return _edit_page(forum, form, waits.asked), 422
    if any(moved):
        flash(_("The forum’s days are changed. They can be taken back at the end of the page «About the forum»."), "ok")
    else:
        flash(_("Saved."), "ok")
    return redirect(url_for("forum_desk.desk", slug=slug))


def _edit_page(forum: Forum, form: ForumForm, asked: moving.Question | None) -> str:
    answers = asked.answers if asked else ()
    form.programme.flags.required = form.is_submitted()
    form.programme.choices = [(answer.value, ANSWER_LABELS[answer]) for answer in answers]
    return render_template(
        "forum/manage/forum_form.html",
        form=form,
        forum=forum,
        series=[],
        asked=asked,
        later=timedelta(days=asked.days if asked else 0),
        move=moving.last_move(forum),
    )


def _say_why(form: ForumForm, asked: moving.Question, forum: Forum) -> None:
    """What was sent cannot be done as it is: the answer is missing, or no answer would do."""
    if len(asked.answers) == 1:
        form.programme.data = asked.answers[0].value
        form.programme.errors = [_("The programme stands on other days. Look what becomes of it, and save once more.")]
        return
    if asked.answers:
        form.programme.errors = [_("The programme stands on other days. Say whether it moves along.")]
        return
    number = Counter(event.starts.date() for event in asked.left)
    days = ", ".join(f"{day(on, 'short')} ({count})" for on, count in sorted(number.items()))
    fault = ngettext(
        "%(num)d item of the programme would be left on a day that is no longer the forum’s: %(days)s. "
        "Move or cancel it first.",
        "%(num)d items of the programme would be left on days that are no longer the forum’s: %(days)s. "
        "Move or cancel them first.",
        len(asked.left),
        days=days,
    )
    form.date_end.errors = [fault]
    last = form.date_start.data + (forum.date_end - forum.date_start)
    if form.date_start.data != forum.date_start and form.date_end.data < last:
        whole = day_range(form.date_start.data, last)
        form.date_end.errors += [
            _("Or move the forum first, with all its days: %(days)s; then shorten it.", days=whole)
        ]


@blueprint.post("/manage/forums/<slug>/days-return")
@requires(Permission.EDIT_FORUMS)
def days_return(slug: str) -> ResponseReturnValue:
    """Take the last change of days back."""
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    try:
        with writing():
            operations.move_back(forum, by=actor())
    except ProgrammeWaits:
        flash(
            _("The programme has changed since and does not fit into the days before. Change the days by hand."), "bad"
        )
        return redirect(url_for("forum_desk.edit_forum", slug=slug))
    flash(_("The forum stands on its former days again."), "ok")
    return redirect(url_for("forum_desk.edit_forum", slug=slug))
