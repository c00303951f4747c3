"""The way of a passport, by its operations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from activity.models import Entry, Letter
from activity.outbox import compose
from kernel import db as kernel_db
from kernel.access import ByLink
from kernel.db import db, utcnow
from kernel.secrets import token
from kernel.transaction import writing
from practices import operations as practices
from practices.models import Admission, PracticeEdition
from practices.moderation import operations, queries
from practices.moderation.models import AUTHOR_LINK, Answer, PracticeComment, PracticeConfirmation
from practices.moderation.rules import IllegalMove, Incomplete, OpenComments, Unconfirmed, missing
from tests import factories

LINK = ByLink("Автор по личной ссылке")


@pytest.fixture
def practice(app):
    with writing():
        return factories.practice(slug="konsultant", admission=Admission.draft)


@pytest.fixture
def author(practice):
    with writing():
        return factories.author(practice)


@pytest.fixture
def methodist(app):
    with writing():
        return factories.methodist()


def letters():
    return db.session.scalars(select(Letter.kind).order_by(Letter.id)).all()


def actions():
    return db.session.scalars(select(Entry.action).where(Entry.subject_type == "practice").order_by(Entry.id)).all()


def do(act, *args, **kwargs):
    with writing():
        return act(*args, **kwargs)


def test_the_whole_way(practice, author, methodist):
    do(operations.submit, author, by=LINK)
    assert (practice.admission, author.sent["effect"]) == (Admission.submitted, practice.effect)
    do(operations.send_back, practice, {"effect": "Скажите проще."}, by=methodist)
    assert [(one.field, one.text, one.by_name) for one in queries.open_comments(practice)] == [
        ("effect", "Скажите проще.", methodist.name)
    ]
    do(operations.work_on, practice, {"effect": "Учим родителей дома."}, by=LINK)
    do(operations.submit, author, by=LINK)
    do(operations.accept, practice, by=methodist)
    do(operations.work_on, practice, {"cost_year": 100_000}, by=methodist)
    with pytest.raises(Unconfirmed):
        do(operations.publish, practice, by=methodist)
    asked = do(operations.ask_confirmation, practice, by=methodist)
    do(operations.confirm, author, asked.id, by=LINK)
    do(operations.publish, practice, by=methodist)
    assert (practice.admission, practice.edition, practice.cost_year) == (Admission.published, 1, 100_000)
    assert queries.open_comments(practice) == []
    assert practice.review_due == utcnow().date().replace(year=2029)
    kinds = ("author", "returned", "accepted", "confirmation", "published")
    assert letters() == [f"practice_{kind}" for kind in kinds]
    assert actions() == [
        "practice.author_invited",
        "practice.admission",
        "practice.admission",
        "practice.changed",
        "practice.admission",
        "practice.comment_resolved",
        "practice.admission",
        "practice.changed",
        "practice.confirmation_asked",
        "practice.confirmed",
        "practice.published",
    ]


def test_an_empty_card_is_not_sent(practice, author):
    do(operations.work_on, practice, {"who_does_it": "", "groups": []}, by=LINK)
    with pytest.raises(Incomplete) as lack:
        do(operations.submit, author, by=LINK)
    assert lack.value.args == ("groups", "who_does_it")
    assert practice.admission is Admission.draft
    assert missing(queries.editable(practice)) == ["groups", "who_does_it"]


@pytest.mark.parametrize("state", [Admission.submitted, Admission.published, Admission.archived])
def test_a_card_is_sent_only_in_the_authors_turn(practice, author, state):
    with writing():
        practice.admission = state
    with pytest.raises(IllegalMove):
        do(operations.submit, author, by=LINK)


@pytest.mark.parametrize("state", [Admission.draft, Admission.returned, Admission.published, Admission.archived])
def test_only_what_was_sent_is_returned(practice, methodist, state):
    with writing():
        practice.admission = state
    with pytest.raises(IllegalMove):
        do(operations.send_back, practice, {"": "Нет."}, by=methodist)
    assert db.session.scalars(select(PracticeComment)).all() == []


def test_publishing_twice_makes_one_edition(practice, methodist):
    do(operations.publish, practice, by=methodist)
    with pytest.raises(IllegalMove):
        do(operations.publish, practice, by=methodist)
    assert db.session.scalars(select(PracticeEdition.number)).all() == [1]


def test_publishing_without_confirmation_is_written_down_and_told(practice, author, methodist):
    do(operations.publish, practice, by=methodist, without_confirmation="Подтвердил по телефону")
    entry = db.session.scalars(select(Entry).where(Entry.action == "practice.unconfirmed")).one()
    assert (entry.details, entry.actor_name) == ({"reason": "Подтвердил по телефону"}, methodist.name)
    letter = db.session.scalars(select(Letter).where(Letter.kind == "practice_published")).one()
    assert "без вашего подтверждения" in text_of(letter)


def text_of(letter):
    db.session.rollback()
    return compose(letter).get_body(("plain",)).get_content().replace("\N{NO-BREAK SPACE}", " ")


def test_an_author_without_a_link_need_not_confirm(practice, author, methodist):
    do(operations.revoke_link, practice, by=methodist)
    do(operations.publish, practice, by=methodist)
    assert practice.is_public
    assert letters() == ["practice_author"]


def test_a_confirmation_is_of_the_text_shown(practice, author, methodist):
    asked = do(operations.ask_confirmation, practice, by=methodist)
    do(operations.confirm, author, asked.id, by=LINK)
    do(operations.work_on, practice, {"goal": "Другая цель."}, by=methodist)
    with pytest.raises(Unconfirmed):
        do(operations.publish, practice, by=methodist)


def test_asking_again_takes_the_first_asking_back(practice, author, methodist):
    first = do(operations.ask_confirmation, practice, by=methodist)
    do(operations.work_on, practice, {"goal": "Другая цель."}, by=methodist)
    second = do(operations.ask_confirmation, practice, by=methodist)
    with pytest.raises(IllegalMove):
        do(operations.confirm, author, first.id, by=LINK)
    do(operations.confirm, author, second.id, by=LINK)
    with pytest.raises(IllegalMove):
        do(operations.confirm, author, second.id, by=LINK)
    answers = db.session.scalars(select(PracticeConfirmation.answer).order_by(PracticeConfirmation.id)).all()
    assert answers == [Answer.withdrawn, Answer.confirmed]


def test_there_is_nothing_to_ask_when_the_author_wrote_it(practice, author, methodist):
    do(operations.submit, author, by=LINK)
    with pytest.raises(IllegalMove):
        do(operations.ask_confirmation, practice, by=methodist)


def test_a_remark_waits_for_the_editors(practice, author, methodist):
    asked = do(operations.ask_confirmation, practice, by=methodist)
    do(operations.remark, author, asked.id, "Не два специалиста, а три.", by=LINK)
    [comment] = queries.open_comments(practice, from_author=True)
    assert comment.text == "Не два специалиста, а три."
    assert queries.counts_for(methodist) == {"answers": 1}
    do(operations.resolve, comment, by=methodist)
    assert queries.counts_for(methodist) == {}


def test_the_working_copy_keeps_only_what_differs(practice, methodist):
    do(operations.publish, practice, by=methodist)
    assert do(operations.work_on, practice, {"effect": "Иначе.", "goal": ""}, by=methodist) == ["effect"]
    assert practice.working == {"effect": "Иначе."}
    assert queries.working(practice).effect == "Иначе."
    assert practice.effect != "Иначе."
    do(operations.work_on, practice, {"effect": practice.effect}, by=methodist)
    assert practice.working is None


def test_groups_and_places_are_worked_on_too(practice, methodist):
    from practices.models import TargetGroup

    do(operations.publish, practice, by=methodist)
    tulun = factories.territory(factories.TULUN)
    version = practice.version
    do(operations.work_on, practice, {"groups": [TargetGroup.fathers], "territory_id": tulun.id}, by=methodist)
    shown = queries.working(practice)
    assert (shown.target_groups, shown.territory.oktmo) == ([TargetGroup.fathers], factories.TULUN)
    assert practice.version == version + 1
    do(operations.publish, practice, by=methodist)
    assert (practice.target_groups, practice.territory.oktmo) == ([TargetGroup.fathers], factories.TULUN)


def test_a_change_at_once_wins_over_the_working_copy(practice, methodist):
    do(operations.publish, practice, by=methodist)
    do(operations.work_on, practice, {"effect": "Иначе.", "goal": "Цель."}, by=methodist)
    do(practices.change_practice, practice, {"effect": "По файлу."}, by=methodist)
    assert practice.working == {"goal": "Цель."}


def test_only_the_groups_raise_the_version_of_a_draft(practice):
    from practices.models import TargetGroup

    version = practice.version
    do(operations.work_on, practice, {"groups": [TargetGroup.large]}, by=LINK)
    assert practice.version == version + 1


def test_a_new_link_makes_the_old_one_useless(practice, author, methodist):
    first = AUTHOR_LINK.token(author)
    assert queries.author_by_link(first.lower()).id == author.id
    assert first == token("author", author.uuid, 1)
    with writing():
        operations.add_author(practice, "Новая Нина Тестовна", "New@Example.org", by=methodist)
    second = AUTHOR_LINK.token(author)
    assert (author.email, author.generation) == ("new@example.org", 2)
    for stale in (first, "A" * 26, ""):
        with pytest.raises(Exception, match="404"):
            queries.author_by_link(stale)
    assert queries.author_by_link(second).id == author.id


def test_the_letter_carries_the_link_and_a_revoked_one_is_not_sent(practice, author, methodist):
    letter = db.session.scalars(select(Letter)).one()
    assert letter.argument == {"author_id": author.id}
    assert f"https://forum.example.org{AUTHOR_LINK.path(author)}" in text_of(letter)
    do(operations.revoke_link, practice, by=methodist)
    db.session.rollback()
    assert compose(letter) is None
    with pytest.raises(IllegalMove):
        do(operations.send_link_again, practice, by=methodist)


def test_every_letter_is_made(practice, author, methodist):
    do(operations.submit, author, by=LINK)
    do(operations.send_back, practice, {"effect": "Проще.", "": "Хорошо."}, by=methodist)
    returned = db.session.scalars(select(Letter).where(Letter.kind == "practice_returned")).one()
    words = text_of(returned)
    assert "оставил 2 замечания:" in words
    assert "— Что меняется для семьи, одной фразой: Проще.\n— Практика в целом: Хорошо.\n" in words
    do(operations.work_on, practice, {"goal": "Цель."}, by=methodist)
    do(operations.ask_confirmation, practice, by=methodist)
    asked = db.session.scalars(select(Letter).where(Letter.kind == "practice_confirmation")).one()
    assert f"{AUTHOR_LINK.path(author)}/confirmation" in text_of(asked)


def test_a_letter_quotes_the_beginning_of_a_long_comment(practice, author, methodist):
    do(operations.submit, author, by=LINK)
    do(operations.send_back, practice, {"effect": "Слово " * 300}, by=methodist)
    returned = db.session.scalars(select(Letter).where(Letter.kind == "practice_returned")).one()
    quoted = text_of(returned).split("одной фразой: ")[1].split("\n\n")[0]
    assert quoted == ("Слово " * 66).strip() + "…"


def test_a_card_is_accepted_once_and_the_author_is_told(practice, author, methodist):
    do(operations.submit, author, by=LINK)
    do(operations.send_back, practice, {"effect": "Проще."}, by=methodist)
    do(operations.submit, author, by=LINK)
    do(operations.accept, practice, by=methodist)
    assert (practice.admission, queries.open_comments(practice)) == (Admission.accepted, [])
    with pytest.raises(IllegalMove):
        do(operations.accept, practice, by=methodist)
    with pytest.raises(IllegalMove):
        do(operations.take_back, author, by=LINK)
    entry = db.session.scalars(select(Entry).order_by(Entry.id.desc())).first()
    assert (entry.action, entry.details) == (
        "practice.admission",
        {"before": "submitted", "admission": "accepted"},
    )
    letter = db.session.scalars(select(Letter).where(Letter.kind == "practice_accepted")).one()
    assert "исправлять ничего не нужно" in text_of(letter)
    assert AUTHOR_LINK.path(author) in text_of(letter)
    do(operations.publish, practice, by=methodist)
    db.session.rollback()
    assert compose(letter) is None


@pytest.mark.parametrize("state", [Admission.draft, Admission.returned, Admission.published, Admission.archived])
def test_only_what_was_sent_is_accepted(practice, methodist, state):
    with writing():
        practice.admission = state
    with pytest.raises(IllegalMove):
        do(operations.accept, practice, by=methodist)
    assert practice.admission is state


def test_an_accepted_card_may_still_be_returned(practice, author, methodist):
    do(operations.submit, author, by=LINK)
    do(operations.accept, practice, by=methodist)
    assert queries.counts_for(methodist) == {"accepted": 1}
    do(operations.send_back, practice, {"effect": "Всё же проще."}, by=methodist)
    assert practice.admission is Admission.returned


def test_asking_to_confirm_accepts_the_card_without_a_second_letter(practice, author, methodist):
    do(operations.submit, author, by=LINK)
    do(operations.send_back, practice, {"effect": "Проще."}, by=methodist)
    do(operations.submit, author, by=LINK)
    do(operations.work_on, practice, {"goal": "Цель."}, by=methodist)
    do(operations.ask_confirmation, practice, by=methodist)
    assert practice.admission is Admission.accepted
    assert [one.text for one in queries.open_comments(practice)] == ["Проще."]
    assert letters() == ["practice_author", "practice_returned", "practice_confirmation"]
    assert queries.counts_for(methodist) == {}


def test_open_comments_stand_against_a_publication(practice, author, methodist):
    do(operations.submit, author, by=LINK)
    do(operations.send_back, practice, {"effect": "Проще."}, by=methodist)
    do(operations.write_to_editors, author, "Нас трое.", by=LINK)
    with pytest.raises(OpenComments) as found:
        do(operations.publish, practice, by=methodist)
    assert (found.value.args, practice.admission) == ((2,), Admission.returned)
    do(operations.publish, practice, by=methodist, despite_comments=True)
    assert [one.text for one in queries.all_open_comments(practice)] == ["Нас трое."]
    entry = db.session.scalars(select(Entry).where(Entry.action == "practice.published")).one()
    assert entry.details == {"edition": 1, "comments": 2}


def test_open_comments_stand_against_the_authors_yes(practice, author, methodist):
    do(operations.submit, author, by=LINK)
    do(operations.send_back, practice, {"effect": "Проще."}, by=methodist)
    do(operations.work_on, practice, {"goal": "Цель."}, by=methodist)
    asked = do(operations.ask_confirmation, practice, by=methodist)
    with pytest.raises(OpenComments):
        do(operations.confirm, author, asked.id, by=LINK)
    assert queries.last_confirmation(practice).answer is Answer.waiting
    do(operations.confirm, author, asked.id, by=LINK, despite_comments=True)
    assert queries.last_confirmation(practice).answer is Answer.confirmed


def test_what_waits_is_found_with_a_fixed_number_of_queries(app, methodist, count_queries):
    def count():
        with count_queries() as counted:
            found = queries.waiting_for(methodist, utcnow().date())
        return counted.number, {name: pile.total for name, pile in found.items()}

    def add(number):
        with writing():
            for _number in range(number):
                made = factories.practice(admission=Admission.submitted)
                factories.author(made)
                published = factories.practice(review_due=utcnow().date() - timedelta(days=1))
                db.session.add(PracticeComment(practice_id=published.id, text="Слово", from_author=True))

    add(1)
    first, found = count()
    assert found == {"submitted": 1, "accepted": 0, "answers": 1, "confirmed": 0, "review": 1, "incomplete": 1}
    add(12)
    second, found = count()
    assert (
        second,
        found["submitted"],
        len(queries.waiting_for(methodist, utcnow().date())["submitted"].practices),
    ) == (first, 13, 10)


def test_a_leap_day_has_a_review_too(practice, methodist):
    from datetime import UTC, date, datetime

    kernel_db.set_clock(lambda: datetime(2028, 2, 29, 4, tzinfo=UTC))
    do(operations.publish, practice, by=methodist)
    assert practice.review_due == date(2030, 2, 28)


def test_archiving_and_coming_back(practice, methodist):
    do(operations.publish, practice, by=methodist)
    do(operations.archive, practice, "Служба закрыта", by=methodist)
    assert (practice.admission, practice.archive_reason) == (Admission.archived, "Служба закрыта")
    with pytest.raises(IllegalMove):
        do(operations.archive, practice, "Ещё раз", by=methodist)
    do(operations.publish, practice, by=methodist)
    assert (practice.admission, practice.archive_reason, practice.edition) == (Admission.published, "", 1)
    do(operations.withdraw, practice, by=methodist)
    with pytest.raises(IllegalMove):
        do(operations.withdraw, practice, by=methodist)
