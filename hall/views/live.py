"""The page of whoever takes part from afar, and the minutes it tells. A GET changes nothing."""

from __future__ import annotations

import hashlib
import random

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from forum.copies import forum_copy, section_of
from forum.models import Forum, Section
from hall import hours, presence, providers, queries, rules
from hall.blueprint import blueprint
from hall.forms import QuestionForm, ScreenForm, WordForm
from hall.hours import Now
from hall.labels import MARK_LABELS
from kernel.access import public, token_page, without_form_token
from kernel.db import utcnow
from kernel.forms import Form
from kernel.security import allow_player
from kernel.zones import zone_name
from registrations.models import Registration, RegistrationStatus
from registrations.queries import own_page

FORMS = (WordForm, QuestionForm, ScreenForm)
BEAT, JITTER = 50, 8
"""Seconds between two tellings of a page, so that no minute is missed; the jitter spreads a full hall's."""


@blueprint.get("/my/<token>/live")
@public
@token_page
def live(token: str) -> ResponseReturnValue:
    return page(token)


def page(token: str, form: Form | None = None) -> ResponseReturnValue:
    """The page, with the one of its forms that was not taken."""
    registration, forum, now = of(token)
    drawn = _drawn(token, forum, now)
    section = now.main.section if now.main else None
    player = providers.player(section.stream_url) if section else None
    if player:
        allow_player(player.origin)
    body = render_template(
        "hall/live.html",
        registration=registration,
        forum=forum,
        token=token,
        now=now,
        drawn=drawn,
        player=player,
        version=_version(drawn),
        clock=int(utcnow().timestamp()),
        beat=_next(),
        forms={kind.prefix: form if type(form) is kind else kind(formdata=None) for kind in FORMS},
        wrong=form,
        **(_about(registration, forum, section, now) if section else {}),
        over=_over(registration, forum, now),
        marks=queries.marks_of(registration.id),
        mark_labels=MARK_LABELS,
    )
    return body, 422 if form is not None else 200


def _about(registration: Registration, forum: Forum, section: Section, now: Now) -> dict[str, object]:
    return {
        "joining": queries.joinings(forum.id).get(section.id),
        "proved": queries.entered_word(registration.id, section.id),
        "slides": queries.slides(section.id, now.moment),
        "people": queries.people_at(registration.id),
        "minutes": queries.minutes_of(registration),
    }


def _over(registration: Registration, forum: Forum, now: Now) -> list[Section]:
    """Sections of one's own that ended today, to be asked about."""
    chosen = {interest.section_id for interest in registration.interests}
    today = [one for one in hours.sittings(forum, chosen) if one.own and one.starts.date() == now.moment.date()]
    return [one.section for one in today if one.ends <= now.moment]


@blueprint.get("/my/<token>/live.json")
@public
@token_page
def state(token: str) -> ResponseReturnValue:
    """What is on now, for a page that stands open: small, and 304 while nothing has changed."""
    _registration, forum, now = of(token)
    drawn = _drawn(token, forum, now)
    section = now.main.section.slug if now.main else ""
    answer = jsonify(section=section, counts=now.begun, html=drawn, next=_next(), version=_version(drawn))
    answer.set_etag(_version(drawn))
    return answer.make_conditional(request)


@blueprint.post("/my/<token>/presence")
@public
@token_page
@without_form_token
def tell(token: str) -> ResponseReturnValue:
    """Minutes in which a section was open on the page: `section`, and `at` for each, since the epoch."""
    who = queries.viewer(token)
    forum = forum_copy(who.forum)
    section = section_of(forum, request.form.get("section", ""))
    told = {int(one) for one in request.form.getlist("at")[: rules.KEPT] if one.isascii() and one.isdigit()}
    minutes = rules.accepted(told, hours.spans(forum, section.id), rules.minute_of(utcnow()))
    if minutes:
        presence.note(who.registration_id, section.id, rules.packed(minutes))
    return jsonify(counted=len(minutes), next=_next())


def of(token: str) -> tuple[Registration, Forum, Now]:
    """Raises NotFound for whoever has no place."""
    page = own_page(token)
    if page.registration.status is not RegistrationStatus.confirmed:
        raise NotFound()
    return page.registration, page.forum, hours.now_of(page.forum, page.chosen, request.args.get("section", ""))


def _drawn(token: str, forum: Forum, now: Now) -> str:
    return render_template(
        "hall/live_parts/now.html",
        forum=forum,
        token=token,
        now=now,
        provider=providers.provider(now.main.section.stream_url) if now.main else "",
        page=providers.page(now.main.section.stream_url) if now.main else "",
        place=zone_name(forum.timezone),
        several_days=forum.date_start != forum.date_end,
    )


def _version(drawn: str) -> str:
    return hashlib.blake2b(drawn.encode(), digest_size=9).hexdigest()


def _next() -> int:
    return BEAT + random.randint(-JITTER, JITTER)
