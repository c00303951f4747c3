"""How talks show themselves on the page of their practice and of a territory."""

from __future__ import annotations

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from forum.facts import Fact
from forum.models import Forum
from forum.moving import Days
from forum.queries import phase
from forum.readiness import Lack
from kernel.access import SignedIn
from kernel.i18n import number
from kernel.permissions import Permission
from practices.models import Practice
from programme import queries
from programme.following import events
from programme.labels import TALK_FORMAT_LABELS
from programme.work import queries as work_queries
from speakers.queries import own_speakers, publication_consents
from territories.models import Level, Territory


def told_at(practice: Practice) -> str | Markup:
    """Where the practice was told of."""
    slots = queries.public_slots_about(practice.id)
    return Markup(render_template("programme/panels/practice.html", slots=slots)) if slots else ""


def told_from(territory: Territory) -> str | Markup:
    """What people from the municipality told at forums."""
    if territory.level is not Level.municipality:
        return ""
    slots = queries.public_slots_from(territory.id)
    return Markup(render_template("programme/panels/territory.html", slots=slots)) if slots else ""


def of_talks(forum: Forum) -> list[Lack]:
    """Talks without a speaker or a practice, each list one press away."""
    counts = queries.gaps(forum.id)
    words = {
        "speakers": ngettext("%(num)d talk has no speaker", "%(num)d talks have no speaker", counts["speakers"]),
        "practice": ngettext(
            "%(num)d talk is not tied to a practice", "%(num)d talks are not tied to a practice", counts["practice"]
        ),
    }
    return [
        Lack(words[name], url_for("programme_desk.programme", slug=forum.slug, without=name))
        for name, number in counts.items()
        if number
    ] + _of_speakers(forum)


def outside(forum: Forum) -> list[Lack]:
    """Items on days that are none of the forum's; where the days are changed they can be moved into them."""
    days = Days(forum.date_start, forum.date_end)
    number = sum(not days.hold(event.starts) for event in events(forum))
    if not number:
        return []
    text = ngettext(
        "%(num)d item of the programme stands outside the forum’s days",
        "%(num)d items of the programme stand outside the forum’s days",
        number,
    )
    return [Lack(text, url_for("forum_desk.edit_forum", slug=forum.slug))]


def _of_speakers(forum: Forum) -> list[Lack]:
    number = queries.without_consent(forum.id)
    if not number:
        return []
    text = ngettext(
        "%(num)d speaker has not agreed to have the name published: it is not shown",
        "%(num)d speakers have not agreed to have their names published: they are not shown",
        number,
    )
    return [Lack(text, url_for("programme_desk.speakers", slug=forum.slug, consent="no"))]


def told(forum: Forum) -> list[Fact]:
    """What was told, cancelled talks left out."""
    found = queries.counts_of(forum.id)
    if not found.talks:
        return []
    return [
        Fact(
            number(found.talks),
            ngettext("talk of the programme", "talks of the programme", found.talks),
            _("talks given"),
        ),
        Fact(
            number(found.speakers),
            ngettext("speaker, counted once", "speakers, each counted once", found.speakers),
            _("people who spoke"),
        ),
        Fact(
            number(found.practices),
            ngettext("practice of the catalogue was shown", "practices of the catalogue were shown", found.practices),
            _("practices of the catalogue shown"),
        ),
    ]


def now(forum: Forum) -> str | Markup:
    """On the day: what goes on in each section and what comes next."""
    if phase(forum) != "during":
        return ""
    rows = queries.now_and_next(forum)
    return Markup(render_template("programme/manage/now.html", forum=forum, rows=rows)) if rows else ""


def resolution(forum: Forum) -> str | Markup:
    """The draft of the resolution, when something was told."""
    if not queries.counts_of(forum.id).talks:
        return ""
    return Markup(render_template("programme/manage/resolution_button.html", forum=forum))


def on_now(forum: Forum) -> str | Markup:
    """What is on in each section of a public programme; kept with the page for five seconds."""
    if not forum.programme_published or phase(forum) != "during":
        return ""
    rows = [row for row in queries.now_and_next(forum) if row.now or row.next]
    return Markup(render_template("programme/panels/on_now.html", forum=forum, rows=rows)) if rows else ""


def practices_told(forum: Forum) -> str | Markup:
    """The practices of a public programme by section."""
    found = queries.practices_told_at(forum.id) if forum.programme_published else []
    if not found:
        return ""
    demo = any(practice.demo for _section, practices in found for practice in practices)
    return Markup(render_template("programme/panels/practices.html", found=found, demo=demo))


def thanks(forum: Forum) -> str | Markup:
    """Letters of thanks, when somebody spoke."""
    if not queries.spoke_at(forum.id):
        return ""
    return Markup(render_template("programme/manage/thanks_button.html", forum=forum))


def own_sections(user: SignedIn) -> str | Markup:
    """The sections a moderator chairs or an assistant helps in: when, where, what."""
    held = work_queries.own_section_ids(user)
    if not user.scopes(Permission.OPEN_HALL):
        return ""
    sections = work_queries.sections_by_id(held)
    past = [section for section in sections if phase(section.forum) == "after"]
    ahead = [section for section in reversed(sections) if section not in past]
    return Markup(
        render_template("programme/panels/sections.html", ahead=ahead, past=past, spans=work_queries.spans_of(held))
    )


def own_talks(user: SignedIn) -> str | Markup:
    """A speaker's talks, and what their profile still lacks."""
    if not user.scopes(Permission.OWN_PROFILE):
        return ""
    speakers = own_speakers(user)
    ids = [speaker.id for speaker in speakers]
    consents = publication_consents(ids)
    lacking = [(speaker, not speaker.biography, speaker.id not in consents or speaker.hidden) for speaker in speakers]
    return Markup(
        render_template(
            "programme/panels/talks.html",
            lacking=lacking,
            talks=work_queries.talks_of(ids) if ids else [],
            formats=TALK_FORMAT_LABELS,
        )
    )
