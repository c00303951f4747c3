"""Eight processes decide at once, on the database under test.

Tried by breaking the code: on PostgreSQL, without `hold` in `moderation.operations.publish` seven of eight fail on a stale
version; on SQLite, where writers queue, a `publish` that does not look whether anything is unpublished records eight
publications.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from activity.models import Entry, Letter
from kernel.db import db
from kernel.transaction import writing
from practices.models import Admission, PracticeEdition, SavedSearch
from practices.moderation import operations, queries
from practices.moderation.models import PracticeComment
from practices.moderation.operations import ByLink
from tests import factories
from tests.conftest import settings
from tests.registrations.crowd import Crowd

pytestmark = pytest.mark.processes
PROCESSES = 8
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
        answers = processes.send([(f"{ADDRESS}/publication", {})] * PROCESSES)
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
    assert Counter(status for status, _where in answers)[303] >= 1
    assert count(PracticeComment) == 1
    assert count(Letter, Letter.kind == "practice_returned") == 1


def test_one_confirmation_from_eight(processes, practice):
    with writing():
        author = factories.author(practice)
        asked = operations.ask_confirmation(practice, by=factories.methodist())
    link = f"/author/{operations.author_token(author)}/confirmation"
    processes.meet(link)
    answers = processes.send([(link, {"confirm": "1", "asked": str(asked.id)})] * PROCESSES)
    assert Counter(status for status, _where in answers) == {303: PROCESSES}
    assert count(Entry, Entry.action == "practice.confirmed") == 1
    db.session.expire_all()
    assert queries.last_confirmation(practice).answer.value == "confirmed"


def test_a_search_saved_at_the_same_moment_is_kept_once(processes, app):
    """Fails on PostgreSQL when the account is not locked: an error of ours about the unique name."""
    with writing():
        person = factories.user()
    page = "/searches/new?audience=fathers"
    processes.meet(page, person.get_id())
    answers = processes.send([(page, {"name": "Отцы"})] * PROCESSES)
    assert answers == [(303, "/searches")] * PROCESSES
    assert (count(SavedSearch), count(Entry, Entry.action == "search.saved")) == (1, 1)
