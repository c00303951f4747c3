"""What the pages of the door share: the request's forum and mode, and the verdict as a page."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from forum.models import Format, Forum
from forum.queries import copy_for, local_today
from kernel.i18n import clock
from kernel.permissions import Permission
from kernel.templating import fragment
from registrations.door import queries
from registrations.door.attendance import Answer, Verdict
from registrations.door.verdicts import count_line, initials, say

blueprint = Blueprint("door", __name__)
PRACTICE, RECORD = "practice", "record"
"""What a volunteer answers on a day that is not the forum's: only a check, or let people in all the same."""


class Door(NamedTuple):
    """What a scan needs of forum and volunteer, taken before the transaction: nothing is read twice."""

    forum_id: int
    slug: str
    zone: str
    user_id: int
    off_day: bool
    mode: str
    """PRACTICE, RECORD or nothing; on the forum's own days always nothing: there every entry is written."""

    @property
    def practice(self) -> bool:
        return self.mode == PRACTICE

    @property
    def unanswered(self) -> bool:
        return self.off_day and not self.mode

    def page(self, **arguments: Any) -> str:
        """The address of the scanner, which goes on in the same mode."""
        return url_for("door.forum", slug=self.slug, **arguments, mode=self.mode or None)


def door_of(slug: str) -> Door:
    """What the volunteer's request is about. Raises NotFound for another forum's volunteer."""
    place = copy_for(current_user, slug, Permission.WORK_AT_THE_DOOR)
    off_day = not place.date_start <= local_today(place) <= place.date_end
    said = request.values.get("mode", "")
    mode = said if off_day and said in (PRACTICE, RECORD) else ""
    return Door(place.id, place.slug, place.timezone, current_user.id, off_day, mode)


def ask(door: Door) -> ResponseReturnValue:
    """To the question «is this a check?»; a scanner that stayed open loads itself again and finds it there."""
    return redirect(door.page(), 303)


def has_hall(forum: Forum) -> bool:
    """Whether the forum has a hall to let people into."""
    return any(quota.format is Format.in_person for quota in forum.quotas)


def last_line(door: Door, entry: queries.LastEntry | None) -> str:
    """The line under the search: whom this volunteer let in last, with the way back."""
    if entry is None:
        return ""
    time = clock(entry.at.astimezone(ZoneInfo(door.zone)))
    return fragment("registrations/door/_last.html", door=door, name=initials(entry.name), time=time, entry=entry)


def answer(door: Door, verdict: Verdict, detail: str = "") -> ResponseReturnValue:
    """The verdict as a page, or as what the scanner's page shows over itself."""
    said = say(verdict, door.zone)
    line = count_line(verdict.inside, verdict.expected)
    context = {
        "verdict": verdict,
        "said": said,
        "detail": detail or said.detail,
        "line": line if verdict.name or verdict.inside else "",
        "door": door,
        "slug": door.slug,
        "recent": not door.practice and queries.is_recent(verdict.entered_at),
        "new_nonce": new_nonce,
    }
    if request.accept_mimetypes.best == "application/json":
        html = fragment("registrations/door/_verdict.html", **context)
        return jsonify(
            kind=said.kind,
            answer=verdict.answer.value,
            word=said.word,
            name=said.name,
            detail=detail or said.detail,
            line=line,
            inside=verdict.inside,
            entry="" if door.practice else verdict.nonce,
            practice=door.practice,
            html=html,
            **_just_in(door, verdict),
        )
    return render_template("registrations/door/verdict.html", **context)


def _just_in(door: Door, verdict: Verdict) -> dict[str, str]:
    """The line of the last entry for a page that stays; nothing read again. Empty: the line stays as it is."""
    if door.practice or verdict.answer is not Answer.go or verdict.entered_at is None:
        return {}
    entry = queries.LastEntry(verdict.name, verdict.entered_at, verdict.nonce)
    return {"last": last_line(door, entry)}


def new_nonce() -> str:
    """Makes a repeated request harmless."""
    return uuid4().hex
