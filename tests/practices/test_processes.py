"""Eight processes decide at once, on the database under test.

Tried by breaking the code: on PostgreSQL, without `hold` in `moderation.operations.publish` seven of eight fail on a stale
version; on SQLite, where writers queue, a `publish` that does not look whether anything is unpublished records eight
publications.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from accounts.models import Consent
from activity.models import Entry, Letter
from kernel.access import ByLink
from kernel.db import db
from kernel.transaction import writing
from practices.models import Admission, Practice, PracticeEdition, SavedSearch
from practices.moderation import operations, queries
from practices.moderation.models import AUTHOR_LINK, PracticeAuthor, PracticeComment, PracticeConfirmation
from practices.questions.models import PracticeQuestion
from territories.models import Territory
from tests import factories
from tests.conftest import settings
from tests.practices.test_manage import filled
from tests.registrations.crowd import Crowd

pytestmark = pytest.mark.processes
PROCESSES = 8
REPETITIONS = int(os.environ.get("TIRAZH_REPETITIONS", "8"))
ADDRESS = "/manage/practices/konsultant"


@pytest.fixture(scope="module")
def processes(application: Any, server: Any, tmp_path_factory: Any) -> Iterator[Crowd]:
    made = Crowd(PROCESSES, settings(server.url("test"), tmp_path_factory.mktemp("crowd")))
    yield made
    made.close()


@pytest.fixture
def practice(app):
    with writing():
        return factories.practice(slug="konsultant", admission=Admission.draft)


def count(model: Any, *where: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_one_edition_from_eight_publications(processes, practice):
    with writing():
        organiser = factories.organiser(factories.series())
    processes.meet(ADDRESS, organiser.get_id())
    for number in range(1, 4):
        with writing():
            operations.work_on(practice, {"goal": f"Цель {number}."}, by=organiser)
        db.session.expire_all()
        answers = processes.send([(f"{ADDRESS}/publication", {"version": str(practice.version)})] * PROCESSES)
        assert Counter(status for status, _where in answers) == {303: PROCESSES}
        assert count(PracticeEdition) == number
        assert count(Entry, Entry.action == "practice.published") == number


def test_one_return_from_eight(processes, practice):
    with writing():
        methodist = factories.methodist()
        operations.submit(factories.author(practice), by=ByLink("автор"))
    db.session.expire_all()
    data = {"version": str(practice.version), "comment_effect": "Проще."}
    processes.meet(f"{ADDRESS}/review", methodist.get_id())
    answers = processes.send([(f"{ADDRESS}/review", data)] * PROCESSES)
    assert answers == [(303, ADDRESS)] * PROCESSES
    assert count(PracticeComment) == 1
    assert count(Letter, Letter.kind == "practice_returned") == 1


def test_one_card_from_eight_presses_of_send(processes, practice, client):
    """Fails when a press after the first is a conflict: seven pages of an error, and the card was sent."""
    with writing():
        link = AUTHOR_LINK.path(factories.author(practice))
    processes.meet(link)
    sent = filled(client.get(link)) | {"effect": "Отцы рядом.", "send": "draft"}
    assert processes.send([(link, sent)] * PROCESSES) == [(303, link)] * PROCESSES
    assert count(Entry, Entry.action == "practice.admission") == 1
    db.session.expire_all()
    assert (practice.admission, practice.effect) == (Admission.submitted, "Отцы рядом.")


def test_one_acceptance_from_eight(processes, practice):
    with writing():
        methodist = factories.methodist()
        operations.submit(factories.author(practice), by=ByLink("автор"))
    db.session.expire_all()
    processes.meet(f"{ADDRESS}/review", methodist.get_id())
    decision = {"version": str(practice.version), "accept": "1"}
    assert processes.send([(f"{ADDRESS}/review", decision)] * PROCESSES) == [(303, ADDRESS)] * PROCESSES
    assert count(Letter, Letter.kind == "practice_accepted") == 1
    assert count(Entry, Entry.action == "practice.admission") == 2


def test_what_is_accepted_is_what_was_read(processes, practice, sign_in):
    """Fails when the version is looked at before the lock: a card is accepted in words that nobody has read."""
    with writing():
        methodist = factories.methodist()
        operations.submit(factories.author(practice), by=ByLink("автор"))
    page, review = sign_in(methodist).get(ADDRESS), f"{ADDRESS}/review"
    for number in range(REPETITIONS):
        with writing():
            practice.admission = Admission.submitted
        db.session.rollback()
        before, version = practice.goal, {"version": str(practice.version)}
        written = filled(page) | version | {"goal": f"Цель {number}."}
        processes.meet(review, methodist.get_id())
        decision = (review, version | {"accept": "1"})
        answers = processes.send([decision, *[(ADDRESS, written)] * (PROCESSES - 1)])
        db.session.rollback()
        accepted, changed = practice.admission is Admission.accepted, practice.goal != before
        assert accepted is not changed, (number, answers)
        told = [(303, ADDRESS), (409, "")] if accepted else [(303, review), (302, ADDRESS)]
        assert answers == [told[0], *[told[1]] * (PROCESSES - 1)], number


def test_one_confirmation_from_eight(processes, practice):
    with writing():
        author = factories.author(practice)
        asked = operations.ask_confirmation(practice, by=factories.methodist())
    link = f"{AUTHOR_LINK.path(author)}/confirmation"
    processes.meet(link)
    answers = processes.send([(link, {"confirm": "1", "asked": str(asked.id)})] * PROCESSES)
    assert Counter(status for status, _where in answers) == {303: PROCESSES}
    assert count(Entry, Entry.action == "practice.confirmed") == 1
    db.session.expire_all()
    assert queries.last_confirmation(practice).answer.value == "confirmed"


PROPOSED = {"practice": "Школа отцов", "territory": factories.TULUN, "name": "Авторов Ян", "email": "yan@example.org"}


def test_one_practice_from_a_proposal_sent_four_times(processes, app):
    processes.meet("/practices/new")
    sent = [("/practices/new", PROPOSED | {"consent_personal_data": "y"})] * 4
    assert Counter(status for status, _where in processes.send(sent)) == {303: 4}
    assert (count(Practice), count(PracticeAuthor), count(Letter), count(Consent)) == (1, 1, 1, 1)


def test_one_draft_from_eight_invitations(processes, app):
    with writing():
        methodist = factories.methodist()
    processes.meet("/manage/practices/invitation", methodist.get_id())
    answers = processes.send([("/manage/practices/invitation", PROPOSED)] * PROCESSES)
    assert set(answers) == {(303, "/manage/practices/shkola-ottsov/author")}
    assert (count(Practice), count(Letter)) == (1, 1)


def test_one_draft_from_a_form_sent_eight_times(processes, app):
    with writing():
        methodist = factories.methodist()
    processes.meet("/manage/practices/new", methodist.get_id())
    form = {"name": "Клуб", "territory": factories.TULUN, "sphere": "social", "effect": "Тише."}
    answers = processes.send([("/manage/practices/new", form)] * PROCESSES)
    assert set(answers) == {(302, "/manage/practices/klub")}
    assert count(Practice) == 1


def test_each_of_eight_places_gets_a_slug_of_its_own(processes, app):
    with writing():
        methodist = factories.methodist()
    processes.meet("/manage/practices/new", methodist.get_id())
    places = db.session.scalars(
        select(Territory.oktmo)
        .where(Territory.valid_to.is_(None), Territory.lat.is_not(None))
        .order_by(Territory.id)
        .limit(PROCESSES)
    ).all()
    form = {"name": "Клуб", "sphere": "social"}
    answers = processes.send([("/manage/practices/new", form | {"territory": oktmo}) for oktmo in places])
    expected = {"klub", *(f"klub-{number}" for number in range(2, PROCESSES + 1))}
    assert {where.rsplit("/", 1)[1] for _status, where in answers} == expected


def test_one_question_from_four(processes, app):
    with writing():
        factories.practice(slug="konsultant")
    page = "/practices/konsultant/question"
    processes.meet(page)
    question = {"text": "Сколько стоит?", "name": "Анна", "email": "anna@example.org", "consent_personal_data": "y"}
    answers = processes.send([(page, question)] * 4)
    assert set(answers) == {(303, f"{page}/sent")}
    assert (count(PracticeQuestion), count(Letter), count(Consent)) == (1, 1, 1)


def test_one_asking_from_eight(processes, practice):
    with writing():
        factories.author(practice)
        methodist = factories.methodist()
    processes.meet(ADDRESS, methodist.get_id())
    answers = processes.send([(f"{ADDRESS}/confirmation", {})] * PROCESSES)
    assert set(answers) == {(303, ADDRESS)}
    assert (count(PracticeConfirmation), count(Letter, Letter.kind == "practice_confirmation")) == (1, 1)


def test_one_word_of_the_author_from_eight(processes, practice):
    with writing():
        author = factories.author(practice)
    link = AUTHOR_LINK.path(author)
    processes.meet(link)
    answers = processes.send([(f"{link}/message", {"text": "Нас уже трое."})] * PROCESSES)
    assert set(answers) == {(303, link)}
    assert count(PracticeComment) == 1
    assert count(Entry, Entry.action == "practice.author_wrote") == 1


def test_one_author_from_eight(processes, practice):
    with writing():
        methodist = factories.methodist()
    processes.meet(f"{ADDRESS}/author", methodist.get_id())
    answers = processes.send([(f"{ADDRESS}/author", {"name": "Авторов Ян", "email": "yan@example.org"})] * PROCESSES)
    assert set(answers) == {(303, f"{ADDRESS}/author")}
    assert count(PracticeAuthor) == 1


def test_a_search_saved_at_the_same_moment_is_kept_once(processes, app):
    """Fails on PostgreSQL when the account is not locked: an error of ours about the unique name."""
    with writing():
        person = factories.user()
    page = "/searches/new?audience=fathers"
    processes.meet(page, person.get_id())
    answers = processes.send([(page, {"name": "Отцы"})] * PROCESSES)
    assert answers == [(303, "/searches")] * PROCESSES
    assert (count(SavedSearch), count(Entry, Entry.action == "search.saved")) == (1, 1)
