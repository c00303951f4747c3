"""What a participant does on the live page: the code word, a question, taps."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound, TooManyRequests

from forum.models import Forum, Section
from hall import hours, operations, queries
from hall.blueprint import blueprint
from hall.forms import QuestionForm, ScreenForm, WordForm, word_key
from hall.labels import MARK_LABELS
from hall.views.live import of, page
from kernel.access import public, shows_form, token_page
from kernel.limits import Limit, count, explain, refuse_when_full
from kernel.text import whole_number
from kernel.transaction import write

# By the person, never by the network: an institution sits behind one address.
WRONG_WORDS = Limit("code-word", 20, 3600)
QUESTIONS = Limit("hall-question", 20, 3600)


@blueprint.post("/my/<token>/word")
@public
@token_page
@shows_form
def word(token: str) -> ResponseReturnValue:
    """The code word of any section that is on proves presence in it."""
    registration, forum, now = of(token)
    form, person = WordForm(), str(registration.id)
    if not form.validate_on_submit():
        return page(token, form)
    try:
        refuse_when_full((WRONG_WORDS, person))
        section = _said_in(forum, form.word.data)
        if section is None:
            count((WRONG_WORDS, person))
            form.word.errors = [_("This is not the word of a section that is on now. Look at the screen once more.")]
    except TooManyRequests as refused:
        explain(form, refused, _("That was too many wrong words."))
        section = None
    if section is None:
        return page(token, form)
    forum_id, section_id, registration_id = forum.id, section.id, registration.id
    write(lambda: operations.prove(forum_id, registration_id, section_id))
    flash(_("Thank you: your participation in “%(section)s” is noted.", section=section.title), "ok")
    return _back(token)


def _said_in(forum: Forum, word: str) -> Section | None:
    moment, known = hours.wall_clock(forum), queries.joinings(forum.id)
    for one in hours.sittings(forum, set()):
        joining = known.get(one.section.id)
        if one.is_on(moment) and joining and joining.word and word_key(joining.word) == word_key(word):
            return one.section
    return None


@blueprint.post("/my/<token>/question")
@public
@token_page
@shows_form
def question(token: str) -> ResponseReturnValue:
    registration, _forum, now = of(token)
    form = QuestionForm()
    if now.main is None or not form.validate_on_submit():
        return page(token, form)
    section_id, registration_id, text = now.main.section.id, registration.id, form.text.data

    def act() -> None:
        count((QUESTIONS, str(registration_id)))
        operations.ask(section_id, registration_id, text)

    try:
        write(act)
    except TooManyRequests as refused:
        explain(form, refused)
        return page(token, form)
    flash(_("The moderator sees your question."), "ok")
    return _back(token)


@blueprint.post("/my/<token>/screen")
@public
@token_page
@shows_form
def screen(token: str) -> ResponseReturnValue:
    """How many watch at this participant's screen."""
    registration, forum, _now = of(token)
    form = ScreenForm()
    if not form.validate_on_submit():
        return page(token, form)
    forum_id, people = forum.id, form.people.data
    write(lambda: operations.count_screen(forum_id, registration, people))
    flash(_("Thank you: the organiser sees how many of you there are."), "ok")
    return _back(token)


@blueprint.post("/my/<token>/feedback")
@public
@token_page
def feedback(token: str) -> ResponseReturnValue:
    registration, forum, _now = of(token)
    section = _section(forum)
    mark, registration_id = whole_number(request.form.get("mark")), registration.id
    if mark not in MARK_LABELS:
        raise NotFound()
    write(lambda: operations.give_feedback(registration_id, section.id, mark))
    flash(_("Thank you."), "ok")
    return _back(token)


@blueprint.post("/my/<token>/trouble")
@public
@token_page
def trouble(token: str) -> ResponseReturnValue:
    """Nothing is heard: the organiser learns where, the participant gets the other ways to follow."""
    registration, forum, _now = of(token)
    section, registration_id = _section(forum), registration.id
    write(lambda: operations.report_trouble(registration_id, section.id))
    return redirect(url_for("hall.live", token=token, section=section.slug, trouble="told", _anchor="other-ways"), 303)


def _section(forum: Forum) -> Section:
    wanted = request.form.get("section", "")
    found = next((section for section in forum.sections if section.slug == wanted), None)
    if found is None:
        raise NotFound()
    return found


def _back(token: str) -> ResponseReturnValue:
    return redirect(url_for("hall.live", token=token, section=request.args.get("section")), 303)
