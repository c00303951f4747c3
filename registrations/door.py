"""The door: a phone, a queue, a second for each person. Everything also works without JavaScript."""

from __future__ import annotations

from typing import Any, NamedTuple
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


def _door(slug: str) -> Door:
    place = copy_for(current_user, slug, WORK)
    off_day = not place.date_start <= local_today(place) <= place.date_end
    said = request.values.get("mode", "")
    mode = said if off_day and said in (PRACTICE, RECORD) else ""
    return Door(place.id, place.slug, place.timezone, current_user.id, off_day, mode)


def _ask(door: Door) -> ResponseReturnValue:
    """To the question «is this a check?»; a scanner that stayed open loads itself again and finds it there."""
    return redirect(door.page(), 303)


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
    people = queries.by_name(found, q) if len(q) >= LETTERS_TO_SEARCH else queries.Found([], 0)
    inside, expected = attendance.counter(door.forum_id)
    return render_template(
        "registrations/door/forum.html",
        forum=found,
        q=q,
        people=people.people,
        people_total=people.total,
        door=door,
        typed=request.args.get("code", "")[:60],
        last="" if door.practice else _last(door, attendance.last_entry(door.forum_id, door.user_id)),
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
    if door.unanswered:
        return _ask(door)
    nonce = request.form.get("nonce", "").strip() or _new_nonce()
    force = request.form.get("force") == "1"
    uuid = request.form.get("registration", "")
    if uuid:
        return _answer(door, _admitted(door, uuid, nonce, force))
    try:
        code = _code()
    except FileRefused as refused:
        return _answer(door, Verdict(Answer.unknown), detail=str(refused))
    if not code:
        return _answer(
            door, Verdict(Answer.unknown), detail=_("No code was found. Take the photo closer and brighter.")
        )
    verdict = _scanned(door, code, nonce, force)
    if verdict.answer is Answer.unknown and request.form.get("typed"):
        verdict = verdict._replace(typed=clean(request.form.get("code", ""))[:60])
    return _answer(door, verdict)


def _last(door: Door, entry: attendance.LastEntry | None) -> str:
    """The line under the search: whom this volunteer let in last, with the way back."""
    if entry is None:
        return ""
    time = clock(entry.at.astimezone(ZoneInfo(door.zone)))
    return fragment("registrations/door/_last.html", door=door, name=initials(entry.name), time=time, entry=entry)


def _code() -> str:
    photo = request.files.get("photo")
    if photo is not None and photo.filename:
        return tickets.read_code(read_photo(photo) or "")
    return tickets.read_code(request.form.get("code", ""))


def _scanned(door: Door, code: str, nonce: str, force: bool) -> Verdict:
    def judge() -> Verdict:
        whole = attendance.code_by_start(door.forum_id, code)
        if door.practice:
            return attendance.rehearse(door.forum_id, code=whole, force=force)
        return attendance.scan(door.forum_id, whole, nonce=nonce, user_id=door.user_id, force=force)

    return judge() if door.practice else _let_in(judge)


def _admitted(door: Door, uuid: str, nonce: str, force: bool) -> Verdict:
    if door.practice:
        return attendance.rehearse(door.forum_id, uuid=uuid, force=force)
    return _let_in(
        lambda: attendance.admit(door.forum_id, uuid, nonce=nonce, user_id=door.user_id, force=force),
    )


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
    if door.unanswered:
        return _ask(door)
    registration = queries.registration_of(found, request.form.get("registration", ""))
    if door.practice:
        verdict = attendance.rehearse(door.forum_id, uuid=registration.uuid)
        return _answer(door, verdict._replace(answer=Answer.go) if verdict.places else verdict)
    nonce = request.form.get("nonce", "").strip() or _new_nonce()
    by = current_user._get_current_object()
    try:
        verdict = _let_in(lambda: attendance.give_place(found, registration, nonce=nonce, by=by))
    except NoPlaces:
        verdict = _admitted(door, registration.uuid, nonce, False)
    return _answer(door, verdict)


@blueprint.post("/door/<slug>/undo")
@requires(WORK)
def undo(slug: str) -> ResponseReturnValue:
    """Take back an entry made by mistake."""
    door = _door(slug)
    if door.unanswered or door.practice:
        return _ask(door)
    entry = request.form.get("entry", "")
    with writing():
        attendance.undo(door.forum_id, entry, user_id=door.user_id)
    if request.accept_mimetypes.best == "application/json":
        inside, expected = attendance.counter(door.forum_id)
        last = _last(door, attendance.last_entry(door.forum_id, door.user_id))
        return jsonify(kind="undone", line=count_line(inside, expected), last=last)
    return redirect(door.page(), 303)


def _answer(door: Door, verdict: Verdict, detail: str = "") -> ResponseReturnValue:
    said = say(verdict, door.zone)
    line = count_line(verdict.inside, verdict.expected)
    context = {
        "verdict": verdict,
        "said": said,
        "detail": detail or said.detail,
        "line": line if verdict.name or verdict.inside else "",
        "door": door,
        "slug": door.slug,
        "recent": not door.practice and attendance.is_recent(verdict.entered_at),
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
    entry = attendance.LastEntry(verdict.name, verdict.entered_at, verdict.nonce)
    return {"last": _last(door, entry)}


def _new_nonce() -> str:
    return uuid4().hex
