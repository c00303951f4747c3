"""The organiser's desk of one forum: its state, its figures, its one-page summary."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from forum import operations, queries
from forum.documents import summary_data
from forum.facts import facts
from forum.labels import STATUS_LABELS
from forum.manage.base import blueprint
from forum.models import ForumStatus
from forum.readiness import closing, lacks
from forum.rules import moves
from kernel.access import actor, requires
from kernel.documents import pdf
from kernel.downloads import download
from kernel.permissions import Permission
from kernel.transaction import writing


@blueprint.get("/manage/forums/<slug>")
@requires(Permission.OPEN_FORUMS)
def desk(slug: str) -> ResponseReturnValue:
    """What matters now: what is not ready before the day, the day itself."""
    forum = queries.forum_for(actor(), slug, Permission.OPEN_FORUMS)
    phase, over = queries.phase(forum), queries.is_over(forum)
    return render_template(
        "forum/manage/desk.html",
        forum=forum,
        phase=phase,
        over=over,
        moves=[status.value for status in moves(forum.status, over)],
        lacks=lacks(forum),
        warnings=[warning for warning in closing(forum) if warning],
        statuses=STATUS_LABELS,
    )


@blueprint.get("/manage/forums/<slug>/outcome")
@requires(Permission.OPEN_FORUMS)
def outcome(slug: str) -> ResponseReturnValue:
    """What came of it: figures and papers."""
    forum = queries.forum_for(actor(), slug, Permission.OPEN_FORUMS)
    over = queries.phase(forum) == "after"
    return render_template("forum/manage/outcome.html", forum=forum, facts=facts(forum), over=over)


@blueprint.get("/manage/forums/<slug>/summary.pdf")
@requires(Permission.OPEN_FORUMS)
def summary(slug: str) -> ResponseReturnValue:
    """Справка: one page of figures with their definitions."""
    forum = queries.forum_for(actor(), slug, Permission.OPEN_FORUMS)
    body = pdf.render("summary", summary_data(forum, facts(forum)))
    return download(body, "application/pdf", f"summary-{forum.slug}.pdf")


@blueprint.post("/manage/forums/<slug>/status")
@requires(Permission.EDIT_FORUMS)
def status(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_FORUMS)
    wanted = next((one for one in ForumStatus if one.value == request.form.get("status")), forum.status)
    with writing():
        fits = wanted is forum.status or wanted in moves(forum.status, queries.is_over(forum))
        if fits:
            operations.set_status(forum, wanted, by=actor())
    if fits:
        flash(STATUS_LABELS[wanted], "ok")
    else:
        flash(_("Nothing was changed: the forum's days or its state are no longer what the page showed."), "bad")
    return redirect(url_for("forum_desk.desk", slug=slug))


@blueprint.post("/manage/forums/<slug>/programme-publication")
@requires(Permission.EDIT_PROGRAMME)
def programme_publication(slug: str) -> ResponseReturnValue:
    forum = queries.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    with writing():
        operations.publish_programme(forum, request.form.get("published") == "yes", by=actor())
    flash(_("The programme is published.") if forum.programme_published else _("The programme is hidden."), "ok")
    return redirect(url_for("forum_desk.desk", slug=slug))
