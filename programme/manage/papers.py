"""Papers that follow from the programme: letters of thanks, the draft of the resolution."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from forum import queries as forums
from forum.facts import facts
from kernel.access import actor, requires
from kernel.documents import pdf, word
from kernel.downloads import download
from kernel.i18n import spoken
from kernel.permissions import Permission
from practices.queries import spreads
from programme import queries
from programme.documents import thanks_data
from programme.manage.base import blueprint
from programme.resolution.documents import draft, practices_of


@blueprint.get("/manage/forums/<slug>/thanks.pdf")
@requires(Permission.EDIT_PROGRAMME)
def thanks(slug: str) -> ResponseReturnValue:
    """Letters of thanks to those who spoke, a page each."""
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    spoke = queries.spoke_at(forum.id)
    if not spoke:
        raise NotFound()
    body = pdf.render("thanks", thanks_data(forum, spoke))
    return download(body, "application/pdf", f"thanks-{forum.slug}.pdf")


@blueprint.get("/manage/forums/<slug>/resolution.docx")
@requires(Permission.EDIT_PROGRAMME)
def resolution(slug: str) -> ResponseReturnValue:
    """The draft of the resolution, to be finished in a word processor."""
    forum = forums.forum_for(actor(), slug, Permission.EDIT_PROGRAMME)
    talks = queries.told_at(forum.id)
    if not talks:
        raise NotFound()
    shown = spreads([practice.id for practice in practices_of(talks)])
    body = word.to_docx(draft(forum, facts(forum), talks, shown), _("Draft resolution"), word.LANGUAGE_TAGS[spoken()])
    return download(body, word.DOCX, f"resolution-{forum.slug}.docx")
