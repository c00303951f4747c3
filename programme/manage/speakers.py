"""Who speaks: as a table that is saved as a whole; whose profile it is, and whether the name may be published."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from forum import queries as forums
from forum.models import Forum
from kernel.access import actor, requires, shows_form
from kernel.errors import Conflict
from kernel.forms import Form, status_of
from kernel.listing import Listing, paginate
from kernel.permissions import Permission
from kernel.text import sort_key
from kernel.transaction import writing
from kernel.twins import holds
from programme import operations, queries
from programme.manage import queries as manage_queries
from programme.manage.base import blueprint
from programme.speaker_table import SpeakerRow, rows_of
from speakers.models import Speaker
from speakers.operations import NameTaken


@blueprint.route("/manage/forums/<slug>/speakers", methods=["GET", "POST"])
@requires(Permission.EDIT_PROGRAMME)
@shows_form
def speakers(slug: str) -> ResponseReturnValue:
    """Everybody of one page of the list; every row that was changed is saved, or none."""
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    listing = _listing(forum)
    form, rows = Form(), rows_of(forum, listing.items)
    verdicts = [row.form.validate() for row in rows if row.is_sent]  # every one: each says what is wrong with it
    good = form.validate_on_submit() and all(verdicts)
    if not good or not _save(forum, rows):
        return _page(forum, listing, form, rows), status_of(form)
    return redirect(listing.url(page=listing.page))


def _listing(forum: Forum) -> Listing[Speaker]:
    lacking = request.args.get("consent") == "no"
    statement = queries.unnamed_statement(forum.id) if lacking else manage_queries.speakers_at_statement(forum.id)
    if key := sort_key(request.args.get("q", "")):
        statement = statement.where(holds(Speaker.name_key, key))
    listing = paginate(statement, {"name": Speaker.name_key}, default="name", tie=Speaker.id)
    if lacking:
        listing.add_filter("consent", _("Only"), _("without a consent"))
    return listing


def _page(forum: Forum, listing: Listing[Speaker], form: Form, rows: list[SpeakerRow]) -> str:
    return render_template(
        "programme/manage/speakers.html",
        forum=forum,
        listing=listing,
        form=form,
        rows=rows,
        undecided=queries.undecided_number(forum.id),
    )


def _save(forum: Forum, rows: list[SpeakerRow]) -> bool:
    """Every row that whoever sent the form has changed. False when a name is taken: the row says so."""
    touched = [row for row in rows if row.is_touched]
    row = None
    try:
        with writing():
            operations.hold_speakers(forum)
            current = {row.speaker.id: row.now for row in rows_of(forum, [row.speaker for row in touched])}
            stale = [row for row in touched if row.opened != current[row.speaker.id].signature]
            if stale:
                raise Conflict(
                    [difference for row in stale for difference in row.differences(current[row.speaker.id])],
                    request.full_path.rstrip("?"),
                )
            for row in touched:
                operations.edit_speaker(forum, row.speaker, row.typed, by=actor())
            operations.touch_speakers([row.speaker for row in touched])
    except NameTaken:
        assert row is not None
        row.form.name.errors = [_("Another speaker of this series has this name already.")]
        return False
    _tell(len(touched))
    return True


def _tell(number: int) -> None:
    if number:
        flash(ngettext("%(num)d speaker is saved.", "%(num)d speakers are saved.", number), "ok")
    else:
        flash(_("Nothing has changed."), "info")


@blueprint.post("/manage/forums/<slug>/speakers/paper-consents")
@requires(Permission.EDIT_PROGRAMME)
def paper_consents(slug: str) -> ResponseReturnValue:
    """Everybody of the forum who had not decided yet signed the consent on paper."""
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    with writing():
        noted = operations.note_paper_consents(forum, by=actor())
    if noted:
        text = ngettext(
            "%(num)d paper consent is noted: the name is shown now.",
            "%(num)d paper consents are noted: the names are shown now.",
            noted,
        )
        flash(text, "ok")
    else:
        flash(_("Nothing has changed."), "info")
    return redirect(url_for("programme_desk.speakers", slug=slug))
