"""«Не готово: …»: what a forum still lacks before its day. Features above add what they know."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.settings import site
from forum import queries
from forum.models import Format, Forum, ForumStatus, Section
from kernel.access import actor
from kernel.feature import Signal
from kernel.links import page_url
from kernel.permissions import Permission


class Lack(NamedTuple):
    """What is missing, and where it is mended."""

    text: str
    href: str


readiness: Signal[[Forum], list[Lack]] = Signal()
"""Checks of forums that have not begun."""


closing: Signal[[Forum], str] = Signal()
"""What an organiser hears before closing a forum: a sentence, or nothing."""


loaded: Signal[[Forum], bool] = Signal()
"""Whether a forum's programme has anything in it, published or not."""


def lacks(forum: Forum) -> list[Lack]:
    """Everything the forum lacks; nothing once it is over."""
    if queries.phase(forum) == "after":
        return []
    return [lack for found in readiness(forum) for lack in found]


def own(forum: Forum) -> list[Lack]:
    """Places, sections, announcement, programme, dates; streams and rooms only where the format needs them."""
    sections = queries.sections_of(forum.id)
    formats = queries.formats_of(forum.id)
    places = url_for("forum_desk.places", slug=forum.slug)
    found = []
    if Format.in_person in formats and not queries.venues_of(forum.id):
        found.append(Lack(_("Say where it is: add a venue and its rooms"), places))
    if not sections:
        found.append(Lack(_("Add the sections"), url_for("forum_desk.new_section", slug=forum.slug)))
    found += _of_sections(forum, sections, formats)
    if forum.status is ForumStatus.draft:
        desk = url_for("forum_desk.desk", slug=forum.slug) + "#state"
        found.append(Lack(_("Announce the forum: until then only organisers see it"), desk))
    if not forum.programme_published:
        programme = page_url("forum.programme-desk", slug=forum.slug)
        made = any(loaded(forum))
        found.append(
            Lack(
                _("Publish the programme that is loaded") if made else _("Load the programme and publish it"), programme
            )
        )
    return found + _dates(forum, queries.local_today(forum)) + _operator()


def _of_sections(forum: Forum, sections: list[Section], formats: set[Format]) -> list[Lack]:
    found = []
    roomless = [section for section in sections if section.room_id is None]
    streamless = [section for section in sections if not section.stream_url]
    unchaired = [section for section in sections if not section.moderator]
    if roomless and Format.in_person in formats:
        text = ngettext("%(num)d section has no room", "%(num)d sections have no room", len(roomless))
        found.append(Lack(_named(text, roomless), _first(forum, roomless)))
    if streamless and Format.remote in formats:
        text = ngettext("%(num)d section has no stream", "%(num)d sections have no stream", len(streamless))
        found.append(Lack(_named(text, streamless), _first(forum, streamless)))
    if unchaired:
        text = ngettext("%(num)d section has no moderator", "%(num)d sections have no moderator", len(unchaired))
        found.append(Lack(_named(text, unchaired), _first(forum, unchaired)))
    return found


def _named(text: str, sections: list[Section]) -> str:
    return f"{text}: {', '.join(f'«{section.title}»' for section in sections[:3])}" + ("…" if sections[3:] else "")


def _first(forum: Forum, sections: list[Section]) -> str:
    return url_for("forum_desk.section", slug=forum.slug, section_slug=sections[0].slug)


def _dates(forum: Forum, today: date) -> list[Lack]:
    if forum.date_start < today or (forum.registration_opens and forum.registration_closes):
        return []
    return [Lack(_("Say when registration opens and closes"), url_for("forum_desk.edit_forum", slug=forum.slug))]


def _operator() -> list[Lack]:
    """A consent names the organisation it is given to. Only an administrator can fill that in."""
    if site().operator:
        return []
    if actor().scopes(Permission.EDIT_SETTINGS):
        text = _("Name the operator of personal data: consents are given to it")
        return [Lack(text, url_for("accounts.site_settings"))]
    text = _("The operator of personal data is not named: ask the administrator to fill it in")
    return [Lack(text, url_for("accounts.privacy"))]
