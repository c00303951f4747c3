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
    letters,  # noqa: F401  (makes the kinds of letters known)
    queries,
)
from registrations.door import attendance, codes
from registrations.door.attendance import Answer, Verdict
from registrations.door.photos import read_photo
from registrations.door.verdicts import count_line, initials, say
from registrations.operations import NoPlaces

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


def door_of(slug: str) -> Door:
    """What the volunteer's request is about. Raises NotFound for another forum's volunteer."""
    place = copy_for(current_user, slug, WORK)
    off_day = not place.date_start <= local_today(place) <= place.date_end
    said = request.values.get("mode", "")
    mode = said if off_day and said in (PRACTICE, RECORD) else ""
    return Door(place.id, place.slug, place.timezone, current_user.id, off_day, mode)


def ask(door: Door) -> ResponseReturnValue:
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
    found, door = forum_for(current_user, slug, WORK), door_of(slug)
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
        sign_up=not door.practice and arrivals.offered(found),
        short=0 < len(q) < LETTERS_TO_SEARCH,
        count=count_line(inside, expected),
        new_nonce=new_nonce,
    )


@blueprint.get("/door/<slug>/count")
@requires(WORK)
def count(slug: str) -> ResponseReturnValue:
    """How many are inside, for the line at the top of the scanner."""
    door = door_of(slug)
    inside, expected = attendance.counter(door.forum_id)
    return jsonify(inside=inside, expected=expected, line=count_line(inside, expected))


@blueprint.post("/door/<slug>/scans")
@requires(WORK)
def scans(slug: str) -> ResponseReturnValue:
    """A scanned or typed `code`, a `photo` of one, or a `registration` found by name."""
    door = door_of(slug)
    if door.unanswered:
        return ask(door)
    nonce = request.form.get("nonce", "").strip() or new_nonce()
    force = request.form.get("force") == "1"
    uuid = request.form.get("registration", "")
    if uuid:
        return answer(door, _admitted(door, uuid, nonce, force))
    try:
        readings = _readings()
    except FileRefused as refused:
        return answer(door, Verdict(Answer.unknown), detail=str(refused))
    if readings is None:
        return answer(door, Verdict(Answer.unknown), detail=_("No code was found. Take the photo closer and brighter."))
    verdict = _scanned(door, readings, nonce, force)
    if verdict.answer is Answer.unknown and request.form.get("typed"):
        verdict = verdict._replace(typed=clean(request.form.get("code", ""))[:60])
    return answer(door, verdict)


def _last(door: Door, entry: attendance.LastEntry | None) -> str:
    """The line under the search: whom this volunteer let in last, with the way back."""
    if entry is None:
        return ""
    time = clock(entry.at.astimezone(ZoneInfo(door.zone)))
    return fragment("registrations/door/_last.html", door=door, name=initials(entry.name), time=time, entry=entry)


def _readings() -> tuple[str, ...] | None:
    """What was scanned or typed, as the codes it may be; None when there is nothing to read."""
    photo = request.files.get("photo")
    if photo is not None and photo.filename:
        text = read_photo(photo)
        return codes.readings(text) if text else None
    typed = clean(request.form.get("code", ""))
    return codes.readings(typed) if typed else None


def _scanned(door: Door, readings: tuple[str, ...], nonce: str, force: bool) -> Verdict:
    """The write lock is taken for a code in force alone; a clean scan goes there straight."""
    sure = len(readings) == 1 and len(readings[0]) == codes.WHOLE
    code = readings[0] if sure else attendance.code_in_force(door.forum_id, readings)
    verdict = _judged(door, code, nonce, force) if code else Verdict(Answer.unknown)
    return attendance.formerly(door.forum_id, readings) if verdict.answer is Answer.unknown else verdict


def _judged(door: Door, code: str, nonce: str, force: bool) -> Verdict:
    if door.practice:
        return attendance.rehearse(door.forum_id, code=code, force=force)
    return _let_in(lambda: attendance.scan(door.forum_id, code, nonce=nonce, user_id=door.user_id, force=force))


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
    found, door = forum_for(current_user, slug, WORK), door_of(slug)
    if door.unanswered:
        return ask(door)
    registration = queries.registration_of(found, request.form.get("registration", ""))
    if door.practice:
        verdict = attendance.rehearse(door.forum_id, uuid=registration.uuid)
        return answer(door, verdict._replace(answer=Answer.go) if verdict.places else verdict)
    nonce = request.form.get("nonce", "").strip() or new_nonce()
    by = current_user._get_current_object()
    try:
        verdict = _let_in(lambda: attendance.give_place(found, registration, nonce=nonce, by=by))
    except NoPlaces:
        verdict = _admitted(door, registration.uuid, nonce, False)
    return answer(door, verdict)


@blueprint.post("/door/<slug>/undo")
@requires(WORK)
def undo(slug: str) -> ResponseReturnValue:
    """Take back an entry made by mistake."""
    door = door_of(slug)
    if door.unanswered or door.practice:
        return ask(door)
    entry = request.form.get("entry", "")
    with writing():
        attendance.undo(door.forum_id, entry, user_id=door.user_id)
    if request.accept_mimetypes.best == "application/json":
        inside, expected = attendance.counter(door.forum_id)
        last = _last(door, attendance.last_entry(door.forum_id, door.user_id))
        return jsonify(kind="undone", line=count_line(inside, expected), last=last)
    return redirect(door.page(), 303)


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
        "recent": not door.practice and attendance.is_recent(verdict.entered_at),
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
    entry = attendance.LastEntry(verdict.name, verdict.entered_at, verdict.nonce)
    return {"last": _last(door, entry)}


def new_nonce() -> str:
    """Makes a repeated request harmless."""
    return uuid4().hex


from registrations.door.views import arrivals  # noqa: E402  (it adds its page to the blueprint)
