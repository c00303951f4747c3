"""The door: a phone, a queue, a second for each person. Everything also works without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from forum.queries import forum_for, forums_for
from kernel.access import requires
from kernel.files import FileRefused
from kernel.permissions import Permission
from kernel.security import allow_scanner
from kernel.text import clean
from kernel.transaction import retried, writing
from registrations import queries
from registrations.door import attendance, codes
from registrations.door import queries as door_queries
from registrations.door.attendance import Answer, Verdict
from registrations.door.photos import read_photo
from registrations.door.verdicts import count_line
from registrations.door.views.base import Door, answer, ask, blueprint, door_of, has_hall, last_line, new_nonce
from registrations.operations import NoPlaces

LETTERS_TO_SEARCH = 2


@blueprint.get("/door/")
@requires(Permission.WORK_AT_THE_DOOR)
def choose() -> ResponseReturnValue:
    forums = forums_for(current_user, Permission.WORK_AT_THE_DOOR)
    if len(forums) == 1:
        return redirect(url_for("door.forum", slug=forums[0].slug))
    return render_template("registrations/door/choose.html", forums=forums)


@blueprint.get("/door/<slug>")
@requires(Permission.WORK_AT_THE_DOOR)
def forum(slug: str) -> ResponseReturnValue:
    found, door = forum_for(current_user, slug, Permission.WORK_AT_THE_DOOR), door_of(slug)
    allow_scanner()
    q = request.args.get("q", "").strip()[: queries.LONGEST_SEARCH]
    people = queries.by_name(found, q) if len(q) >= LETTERS_TO_SEARCH else queries.Found([], 0)
    inside, expected = door_queries.counter(door.forum_id)
    return render_template(
        "registrations/door/forum.html",
        forum=found,
        q=q,
        people=people.people,
        people_total=people.total,
        door=door,
        typed=request.args.get("code", "")[:60],
        last="" if door.practice else last_line(door, door_queries.last_entry(door.forum_id, door.user_id)),
        sign_up=not door.practice and has_hall(found),
        short=0 < len(q) < LETTERS_TO_SEARCH,
        count=count_line(inside, expected),
        new_nonce=new_nonce,
    )


@blueprint.get("/door/<slug>/count")
@requires(Permission.WORK_AT_THE_DOOR)
def count(slug: str) -> ResponseReturnValue:
    """How many are inside, for the line at the top of the scanner."""
    door = door_of(slug)
    inside, expected = door_queries.counter(door.forum_id)
    return jsonify(inside=inside, expected=expected, line=count_line(inside, expected))


@blueprint.post("/door/<slug>/scans")
@requires(Permission.WORK_AT_THE_DOOR)
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
    code = readings[0] if sure else door_queries.code_in_force(door.forum_id, readings)
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


def _let_in(judge: Callable[[], Verdict]) -> Verdict:
    def once() -> Verdict:
        with writing():
            return judge()

    return retried(once)()


@blueprint.post("/door/<slug>/places")
@requires(Permission.WORK_AT_THE_DOOR)
def places(slug: str) -> ResponseReturnValue:
    """Give the place in the hall back to somebody who gave it up, and let them in."""
    found, door = forum_for(current_user, slug, Permission.WORK_AT_THE_DOOR), door_of(slug)
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
@requires(Permission.WORK_AT_THE_DOOR)
def undo(slug: str) -> ResponseReturnValue:
    """Take back an entry made by mistake."""
    door = door_of(slug)
    if door.unanswered or door.practice:
        return ask(door)
    entry = request.form.get("entry", "")
    with writing():
        attendance.undo(door.forum_id, entry, user_id=door.user_id)
    if request.accept_mimetypes.best == "application/json":
        inside, expected = door_queries.counter(door.forum_id)
        last = last_line(door, door_queries.last_entry(door.forum_id, door.user_id))
        return jsonify(kind="undone", line=count_line(inside, expected), last=last)
    return redirect(door.page(), 303)
