"""The door: a phone, a queue, a second for each person. Everything also works without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from forum.queries import copy_for, forum_for, forums_for, local_today
from kernel.access import requires
from kernel.files import FileRefused
from kernel.i18n import clock
from kernel.security import allow_scanner
from kernel.templating import fragment
from kernel.text import clean
from kernel.transaction import retried, writing
from registrations import (
    attendance,
    letters,  # noqa: F401  (makes the kinds of letters known)
    queries,
    tickets,
)
from registrations.attendance import Answer, Verdict
from registrations.operations import NoPlaces
from registrations.photos import read_photo
from registrations.verdicts import count_line, initials, say

blueprint = Blueprint("door", __name__)
WORK = "registrations:door:work"
LETTERS_TO_SEARCH = 2


@dataclass(frozen=True)
class Door:
    """What a scan needs of forum and volunteer, taken before the transaction: nothing is read twice."""

    forum_id: int
    slug: str
    zone: str
    user_id: int


def _door(slug: str) -> Door:
    place = copy_for(current_user, slug, WORK)
    return Door(place.id, place.slug, place.timezone, current_user.id)


@blueprint.get("/door/")
@requires(WORK)
def choose() -> ResponseReturnValue:
    forums = forums_for(current_user, WORK)
    if len(forums) == 1:
        return redirect(url_for("door.forum", slug=forums[0].slug))
    return render_template("registrations/door/choose.html", forums=forums)


@blueprint.get("/door/<slug>")
@requires(WORK)
def forum(slug: str) -> ResponseReturnValue:
    found, door = forum_for(current_user, slug, WORK), _door(slug)
    allow_scanner()
    q = request.args.get("q", "").strip()[: queries.LONGEST]
    people = queries.by_name(found, q) if len(q) >= LETTERS_TO_SEARCH else []
    inside, expected = attendance.counter(door.forum_id)
    return render_template(
        "registrations/door/forum.html",
        forum=found,
        q=q,
        people=people,
        typed=request.args.get("code", "")[:60],
        last=_last(door.slug, door.zone, attendance.last_entry(door.forum_id, door.user_id)),
        off_day=not found.date_start <= local_today(found) <= found.date_end,
        short=0 < len(q) < LETTERS_TO_SEARCH,
        count=count_line(inside, expected),
        new_nonce=_new_nonce,
    )


@blueprint.get("/door/<slug>/count")
@requires(WORK)
def count(slug: str) -> ResponseReturnValue:
    """How many are inside, for the line at the top of the scanner."""
    door = _door(slug)
    inside, expected = attendance.counter(door.forum_id)
    return jsonify(inside=inside, expected=expected, line=count_line(inside, expected))


@blueprint.post("/door/<slug>/scans")
@requires(WORK)
def scans(slug: str) -> ResponseReturnValue:
    """A scanned or typed `code`, a `photo` of one, or a `registration` found by name."""
    door = _door(slug)
    nonce = request.form.get("nonce", "").strip() or _new_nonce()
    force = request.form.get("force") == "1"
    uuid = request.form.get("registration", "")
    if uuid:
        return _answer(door, _let_in(lambda: _admit(door, uuid, nonce, force)))
    try:
        code = _code()
    except FileRefused as refused:
        return _answer(door, Verdict(Answer.unknown), detail=str(refused))
    if not code:
        return _answer(
            door, Verdict(Answer.unknown), detail=_("No code was found. Take the photo closer and brighter.")
        )
    verdict = _let_in(lambda: _scan(door, code, nonce, force))
    if verdict.answer is Answer.unknown and request.form.get("typed"):
        verdict = replace(verdict, typed=clean(request.form.get("code", ""))[:60])
    return _answer(door, verdict)


def _last(slug: str, zone: str, entry: attendance.LastEntry | None) -> str:
    """The line under the search: whom this volunteer let in last, with the way back."""
    if entry is None:
        return ""
    time = clock(entry.at.astimezone(ZoneInfo(zone)))
    return fragment("registrations/door/_last.html", slug=slug, name=initials(entry.name), time=time, entry=entry)


def _code() -> str:
    photo = request.files.get("photo")
    if photo is not None and photo.filename:
        return tickets.read_code(read_photo(photo) or "")
    return tickets.read_code(request.form.get("code", ""))


def _scan(door: Door, code: str, nonce: str, force: bool) -> Verdict:
    whole = attendance.code_by_start(door.forum_id, code)
    return attendance.scan(door.forum_id, whole, nonce=nonce, user_id=door.user_id, force=force)


def _admit(door: Door, uuid: str, nonce: str, force: bool) -> Verdict:
    return attendance.admit(door.forum_id, uuid, nonce=nonce, user_id=door.user_id, force=force)


def _let_in(judge: Any) -> Verdict:
    def once() -> Verdict:
        with writing():
            verdict: Verdict = judge()
            return verdict

    return retried(once)()


@blueprint.post("/door/<slug>/places")
@requires(WORK)
def places(slug: str) -> ResponseReturnValue:
    """Give the place in the hall back to somebody who gave it up, and let them in."""
    found, door = forum_for(current_user, slug, WORK), _door(slug)
    registration = queries.registration_of(found, request.form.get("registration", ""))
    nonce = request.form.get("nonce", "").strip() or _new_nonce()
    by = current_user._get_current_object()
    try:
        verdict = _let_in(lambda: attendance.give_place(found, registration, nonce=nonce, by=by))
    except NoPlaces:
        verdict = _let_in(lambda: _admit(door, registration.uuid, nonce, False))
    return _answer(door, verdict)


@blueprint.post("/door/<slug>/undo")
@requires(WORK)
def undo(slug: str) -> ResponseReturnValue:
    """Take back an entry made by mistake."""
    door = _door(slug)
    entry = request.form.get("entry", "")
    with writing():
        attendance.undo(door.forum_id, entry, user_id=door.user_id)
    if request.accept_mimetypes.best == "application/json":
        inside, expected = attendance.counter(door.forum_id)
        last = _last(door.slug, door.zone, attendance.last_entry(door.forum_id, door.user_id))
        return jsonify(kind="undone", line=count_line(inside, expected), last=last)
    return redirect(url_for("door.forum", slug=slug), 303)


def _answer(door: Door, verdict: Verdict, detail: str = "") -> ResponseReturnValue:
    said = say(verdict, door.zone)
    line = count_line(verdict.inside, verdict.expected)
    context = {
        "verdict": verdict,
        "said": said,
        "detail": detail or said.detail,
        "line": line if verdict.name or verdict.inside else "",
        "slug": door.slug,
        "recent": attendance.is_recent(verdict.entered_at),
        "new_nonce": _new_nonce,
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
            entry=verdict.nonce,
            html=html,
            **_just_in(door, verdict),
        )
    return render_template("registrations/door/verdict.html", **context)


def _just_in(door: Door, verdict: Verdict) -> dict[str, str]:
    """The line of the last entry for a page that stays; nothing read again. Empty: the line stays as it is."""
    if verdict.answer is not Answer.go or verdict.entered_at is None:
        return {}
    entry = attendance.LastEntry(verdict.name, verdict.entered_at, verdict.nonce)
    return {"last": _last(door.slug, door.zone, entry)}


def _new_nonce() -> str:
    return uuid4().hex
