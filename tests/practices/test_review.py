"""The editors' work area: what waits, comments, the author's link, publication."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from accounts.enums import Role
from activity.models import Letter
from kernel.access import ByLink
from kernel.db import db
from kernel.i18n import day, speaking
from kernel.transaction import writing
from practices import operations as practices
from practices.models import Admission, Practice, PracticeEdition
from practices.moderation import operations, queries
from practices.moderation.models import AUTHOR_LINK
from tests import factories
from tests.practices.test_manage import filled, publish

ADDRESS = "/manage/practices/konsultant"


@pytest.fixture
def practice(app):
    with writing():
        return factories.practice(slug="konsultant", admission=Admission.draft)


@pytest.fixture
def author(practice):
    with writing():
        made = factories.author(practice)
        operations.submit(made, by=ByLink("автор"))
    return made


@pytest.fixture
def methodist(app, sign_in):
    with writing():
        person = factories.methodist()
    return sign_in(person)


@pytest.fixture
def organiser(app, sign_in):
    with writing():
        person = factories.organiser(factories.series())
    return sign_in(person)


def again() -> Practice:
    db.session.expire_all()
    return db.session.scalars(select(Practice)).one()


def words(answer) -> str:
    return answer.get_data(as_text=True).replace("\u00a0", " ")


def test_a_methodist_begins_with_what_waits_and_nothing_else(methodist, practice, author):
    assert methodist.get("/work").headers["Location"] == "/manage/practices/waiting"
    page = words(methodist.get("/manage/practices/waiting"))
    assert "На проверке: 1" in page
    assert f'href="{ADDRESS}/review"' in page
    assert "Неполные паспорта" not in page
    with writing():
        operations.send_back(practice, {"": "Нет."}, by=factories.methodist())
    assert "Ничего не ждёт" in words(methodist.get("/manage/practices/waiting"))


def test_an_organiser_hears_of_what_waits(organiser, author):
    assert '<a href="/manage/practices/waiting#pile-submitted">На проверке</a>: <b>1</b>' in words(
        organiser.get("/work")
    )


def test_the_list_shows_one_kind_of_waiting(methodist, author):
    with writing():
        factories.practice("Летняя бригада", first_unit="")
    page = words(methodist.get("/manage/practices?waiting=incomplete"))
    assert "Летняя бригада" in page
    assert "Домашний консультант" not in page
    assert "Летняя бригада" in words(methodist.get("/manage/practices?waiting=nonsense"))


def test_comments_go_to_the_author(methodist, practice, author):
    page = methodist.get(f"{ADDRESS}/review")
    assert "Выездная служба ранней помощи." in words(page)
    version = {"version": str(again().version)}
    empty = methodist.submit(f"{ADDRESS}/review", version)
    assert (empty.status_code, again().admission) == (422, Admission.submitted)
    answer = methodist.submit(f"{ADDRESS}/review", version | {"comment_effect": "Проще.", "comment_": "Спасибо."})
    assert (answer.status_code, again().admission) == (303, Admission.returned)
    assert [one.field for one in queries.open_comments(practice)] == ["effect", ""]
    assert methodist.get(f"{ADDRESS}/review").headers["Location"] == ADDRESS


def test_the_second_of_two_reviewers_loses_nothing(methodist, practice, author):
    version = str(again().version)
    with writing():
        operations.work_on(practice, {"goal": "Цель."}, by=factories.methodist())
    answer = methodist.submit(f"{ADDRESS}/review", {"version": version, "comment_effect": "Проще."})
    assert answer.status_code == 409
    assert "Проще." in words(answer)
    assert again().admission is Admission.submitted


def test_comments_sent_twice_go_once_and_calmly(methodist, practice, author):
    data = {
        "version": str(again().version),
        "comment_effect": "Проще.",
        "csrf_token": methodist.token(f"{ADDRESS}/review"),
    }
    for told in ("Возвращено автору с замечаниями.", "Замечания уже отправлены: карточка у автора."):
        answer = methodist.post(f"{ADDRESS}/review", data=data)
        assert (answer.status_code, answer.headers["Location"]) == (303, ADDRESS)
        assert told in words(methodist.get(ADDRESS))
    assert [one.text for one in queries.open_comments(practice)] == ["Проще."]
    assert len(db.session.scalars(select(Letter).where(Letter.kind == "practice_returned")).all()) == 1


def test_other_comments_after_a_decision_are_not_lost(methodist, practice, author):
    token = {"csrf_token": methodist.token(f"{ADDRESS}/review")}
    version = {"version": str(again().version)}
    with writing():
        operations.send_back(practice, {"effect": "Проще."}, by=factories.methodist())
    for typed in ({"comment_effect": "Проще."}, {"comment_effect": "Короче."}):  # another's words are not mine
        answer = methodist.post(f"{ADDRESS}/review", data=token | version | typed)
        assert answer.status_code == 409
        assert typed["comment_effect"] in words(answer)
    with writing():
        operations.submit(author, by=ByLink("автор"))
        operations.accept(practice, by=factories.methodist())
    answer = methodist.post(f"{ADDRESS}/review", data=token | version | {"comment_effect": "Короче."})
    assert (answer.status_code, again().admission) == (409, Admission.accepted)


def test_a_card_accepted_twice_is_accepted_once_and_calmly(methodist, practice, author):
    decision = {"version": str(again().version), "accept": "1", "csrf_token": methodist.token(f"{ADDRESS}/review")}
    for told in ("Карточка принята, автору отправлено письмо.", "Карточка уже принята, автору отправлено письмо."):
        answer = methodist.post(f"{ADDRESS}/review", data=decision)
        assert (answer.status_code, answer.headers["Location"]) == (303, ADDRESS)
        assert told in words(methodist.get(ADDRESS))
    assert len(db.session.scalars(select(Letter).where(Letter.kind == "practice_accepted")).all()) == 1


def test_a_returned_card_is_not_accepted_by_an_old_page(methodist, practice, author):
    decision = {"version": str(again().version), "accept": "1", "csrf_token": methodist.token(f"{ADDRESS}/review")}
    with writing():
        operations.send_back(practice, {"effect": "Проще."}, by=factories.methodist())
    answer = methodist.post(f"{ADDRESS}/review", data=decision)
    assert (answer.headers["Location"], again().admission) == (ADDRESS, Admission.returned)
    assert "Кто-то уже принял решение" in words(methodist.get(ADDRESS))


def test_a_comment_tells_whether_its_field_was_changed(methodist, practice, author):
    with writing():
        operations.send_back(practice, {"effect": "Проще.", "who_does_it": "Сколько их?"}, by=factories.methodist())
        operations.work_on(practice, {"effect": "Учим родителей."}, by=ByLink("автор"))
        operations.submit(author, by=ByLink("автор"))
    page = words(methodist.get(f"{ADDRESS}/review"))
    assert page.count("поле с тех пор изменено") == 1
    assert page.count("поле не изменено") == 1
    first = queries.open_comments(practice)[0].id
    settle = {"then": "review"}
    answer = methodist.submit(f"{ADDRESS}/comments/{first}/resolution", settle, page=f"{ADDRESS}/review")
    assert answer.headers["Location"] == f"{ADDRESS}/review"
    assert [one.field for one in queries.open_comments(practice)] == ["who_does_it"]
    other = factories_comment()
    token = {"csrf_token": methodist.token(ADDRESS)}
    assert methodist.post(f"{ADDRESS}/comments/{other}/resolution", data=token).status_code == 404


def factories_comment() -> int:
    """A comment on another practice."""
    from practices.moderation.models import PracticeComment

    with writing():
        other = factories.practice("Другая")
        comment = PracticeComment(practice_id=other.id, text="Слово")
        db.session.add(comment)
        db.session.flush()
        return comment.id


def test_a_card_in_order_is_accepted(methodist, client, practice, author):
    page = methodist.get(f"{ADDRESS}/review")
    assert ">Карточка в порядке</span>" in words(page)
    decision = {"version": str(again().version), "accept": "1"}
    answer = methodist.submit(f"{ADDRESS}/review", decision)
    assert (answer.headers["Location"], again().admission) == (ADDRESS, Admission.accepted)
    page = words(methodist.get(ADDRESS))
    assert '<h2 id="standing">Карточка принята</h2>' in page
    assert "Карточки приняты: 1" in words(methodist.get("/manage/practices/waiting"))
    assert "На проверке: 1" not in words(methodist.get("/manage/practices/waiting"))
    theirs = words(client.get(AUTHOR_LINK.path(author)))
    assert "<b>Карточка принята</b>" in theirs
    assert "<textarea" in theirs  # a word to the methodist
    assert 'name="effect"' not in theirs
    later = words(methodist.get(f"{ADDRESS}/review"))
    assert "Карточка в порядке" not in later
    assert "Вернуть автору" in later


def test_accepting_names_the_comments_it_settles(methodist, practice, author):
    with writing():
        operations.send_back(practice, {"effect": "Проще.", "who_does_it": "Сколько их?"}, by=factories.methodist())
        operations.submit(author, by=ByLink("автор"))
    page = words(methodist.get(f"{ADDRESS}/review"))
    assert ">Карточка в порядке, замечания сняты</span>" in page
    methodist.submit(f"{ADDRESS}/review", {"version": str(again().version), "accept": "1"})
    assert (again().admission, queries.open_comments(practice)) == (Admission.accepted, [])


def test_written_comments_are_not_lost_by_accepting(methodist, practice, author):
    decision = {"version": str(again().version), "accept": "1", "comment_effect": "Проще."}
    answer = methodist.submit(f"{ADDRESS}/review", decision)
    assert (answer.status_code, again().admission) == (422, Admission.submitted)
    assert "сотрите их, чтобы принять карточку" in words(answer)
    assert "Проще.</textarea>" in words(answer)


def test_a_card_changed_meanwhile_is_read_again(methodist, practice, author):
    decision = {"version": str(again().version), "accept": "1"}
    with writing():
        operations.work_on(practice, {"goal": "Цель."}, by=factories.methodist())
    answer = methodist.submit(f"{ADDRESS}/review", decision)
    assert (answer.headers["Location"], again().admission) == (f"{ADDRESS}/review", Admission.submitted)
    assert "карточка изменилась" in words(methodist.get(f"{ADDRESS}/review"))


def test_the_publication_shows_open_comments_and_wants_a_tick(organiser, practice, author):
    with writing():
        operations.send_back(practice, {"effect": "Проще."}, by=factories.methodist())
        operations.submit(author, by=ByLink("автор"))
        operations.write_to_editors(author, "Нас трое.", by=ByLink("автор"))
    assert f'href="{ADDRESS}/publication"' in words(organiser.get(ADDRESS))
    page = words(organiser.get(f"{ADDRESS}/publication"))
    assert "Открытых замечаний: 2" in page
    assert "<b>Что меняется для семьи, одной фразой:</b> Проще." in page
    assert "<b>Практика в целом:</b> Нас трое." in page
    answer = organiser.submit(f"{ADDRESS}/publication", {"version": str(again().version)})
    assert (answer.status_code, again().admission) == (422, Admission.submitted)
    assert 'id="despite-error"' in words(answer)
    first = queries.open_comments(practice)[0].id
    settled = organiser.submit(
        f"{ADDRESS}/comments/{first}/resolution", {"then": "publication"}, page=f"{ADDRESS}/publication"
    )
    assert settled.headers["Location"] == f"{ADDRESS}/publication"
    assert "Открытых замечаний: 1" in words(organiser.get(f"{ADDRESS}/publication"))
    organiser.submit(f"{ADDRESS}/publication", {"version": str(again().version), "despite": "y"})
    assert again().admission is Admission.published
    assert "<b>Опубликована</b>: редакция 1; 1 замечание оставалось открытым" in words(organiser.get(ADDRESS))


def test_a_publication_read_before_a_change_is_read_again(organiser, practice, author):
    version = str(again().version)
    with writing():
        operations.write_to_editors(author, "Нас трое.", by=ByLink("автор"))
    answer = organiser.submit(f"{ADDRESS}/publication", {"version": version, "despite": "y"})
    assert answer.headers["Location"] == f"{ADDRESS}/publication"
    assert again().admission is Admission.submitted


@pytest.mark.parametrize("version", [{}, {"version": ""}, {"version": "one"}, {"version": "999"}])
def test_nothing_is_published_without_the_version_that_was_read(organiser, practice, version):
    answer = organiser.submit(f"{ADDRESS}/publication", version, page=ADDRESS)
    assert answer.headers["Location"] == f"{ADDRESS}/publication"
    assert again().admission is Admission.draft
    assert "что-то изменилось" in words(organiser.get(f"{ADDRESS}/publication"))


def test_there_is_no_page_of_a_publication_that_is_not_due(organiser, practice):
    with writing():
        operations.publish(practice, by=factories.methodist())
    assert organiser.get(f"{ADDRESS}/publication").headers["Location"] == ADDRESS


def test_the_history_names_stages_and_roles(organiser, practice, author):
    with writing():
        person = factories.methodist()
        operations.send_back(practice, {"effect": "Проще."}, by=person)
        operations.resolve(queries.open_comments(practice)[0], by=factories.user())
        practices.return_to_draft(practice, by=None)
    page = words(organiser.get(ADDRESS))
    history = page.split("<h2>История</h2>")[1]
    assert "<b>Переведена</b>: Черновик → На проверке<br>" in history
    assert "<b>Переведена</b>: На проверке → Возвращена автору<br>" in history
    named = re.findall(r'<b>([^<]+)</b>[^<]*<br><span class="quiet">([^·]+) ·', history)
    assert named[:3] == [
        ("Возвращена в черновики", "Система"),
        ("Замечание снято", "Сотрудник, у которого уже нет роли"),
        ("Переведена", "Методист"),
    ]
    assert named[3] == ("Переведена", "Автор по личной ссылке")
    assert person.name not in history


def test_a_fuller_passport_waits_for_the_author(methodist, organiser, practice, author):
    methodist.post(ADDRESS, data=filled(methodist.get(ADDRESS), cost_year="100000"))
    page = words(organiser.get(ADDRESS))
    assert "Попросить автора подтвердить" in page
    assert f'href="{ADDRESS}/publication"' in page
    publish(organiser, ADDRESS)
    assert again().admission is Admission.submitted
    methodist.submit(f"{ADDRESS}/confirmation", page=ADDRESS)
    assert "Просьба подтвердить отправлена" in words(methodist.get(ADDRESS))
    with writing():
        operations.confirm(author, queries.waiting_confirmation(practice).id, by=ByLink("автор"))
    assert "Подтверждено автором: 1" in words(methodist.get("/manage/practices/waiting"))
    publish(organiser, ADDRESS)
    assert (again().admission, again().cost_year) == (Admission.published, 100_000)


def test_publishing_without_the_author_wants_a_reason(organiser, practice, author):
    with writing():
        operations.work_on(practice, {"goal": "Цель."}, by=factories.methodist())
    publish(organiser, ADDRESS, why=" ")
    assert again().admission is Admission.submitted
    publish(organiser, ADDRESS, why="Автор уволился")
    assert again().admission is Admission.published
    assert "Опубликовано без подтверждения автора</b>: Автор уволился" in words(organiser.get(ADDRESS))


def test_publishing_twice_is_told_politely(organiser, practice):
    for _time in range(2):
        assert publish(organiser, ADDRESS).headers["Location"] == ADDRESS
    assert "Кто-то уже принял решение" in words(organiser.get(ADDRESS))
    assert db.session.scalars(select(PracticeEdition.number)).all() == [1]


def test_a_remark_of_the_author_is_dealt_with(methodist, practice, author):
    with writing():
        operations.write_to_editors(author, "Нас уже трое.", by=ByLink("автор"))
    assert "Ответили авторы: 1" in words(methodist.get("/manage/practices/waiting"))
    assert "Нас уже трое." in words(methodist.get(ADDRESS))
    comment = queries.open_comments(practice, from_author=True)[0].id
    methodist.submit(f"{ADDRESS}/comments/{comment}/resolution", page=ADDRESS)
    assert "Нас уже трое." not in words(methodist.get(ADDRESS))


def test_a_draft_for_a_named_author(methodist, client):
    path = "/manage/practices/invitation"
    wrong = methodist.submit(path, {"practice": "Школа отцов", "territory": "", "name": "Авторов Ян", "email": "ян"})
    assert wrong.status_code == 422
    assert 'value="Школа отцов"' in words(wrong)
    good = {"practice": "Школа отцов", "territory": factories.TULUN, "name": "Авторов Ян", "email": "Yan@example.org"}
    assert methodist.submit(path, good).headers["Location"] == "/manage/practices/shkola-ottsov/author"
    letter = db.session.scalars(select(Letter)).one()
    assert (letter.kind, letter.to) == ("practice_author", "yan@example.org")
    author = queries.author_of(again())
    assert client.get(AUTHOR_LINK.path(author)).status_code == 200


def test_the_link_is_sent_again_given_to_another_and_revoked(methodist, practice, author):
    path = f"{ADDRESS}/author"
    methodist.submit(f"{path}/letter", page=path)
    assert len(db.session.scalars(select(Letter.id)).all()) == 2
    old = AUTHOR_LINK.token(author)
    methodist.submit(path, {"name": "Новая Нина", "email": "nina@example.org"})
    assert AUTHOR_LINK.token(queries.author_of(again())) != old
    methodist.submit(f"{path}/revocation", page=path)
    assert "ссылка отозвана" in words(methodist.get(path))
    methodist.post(f"{path}/revocation", data={"csrf_token": methodist.token(path)})
    methodist.post(f"{path}/letter", data={"csrf_token": methodist.token(path)})
    assert len(db.session.scalars(select(Letter.id)).all()) == 3


def test_a_review_that_is_due(methodist, practice):
    from datetime import date

    with writing():
        operations.publish(practice, by=factories.methodist())
        practice.review_due = date(2027, 2, 28)
    assert "Пора пересмотреть: 1" in words(methodist.get("/manage/practices/waiting"))
    methodist.submit(f"{ADDRESS}/review-date", page=ADDRESS)
    assert again().review_due == date(2029, 3, 1)
    assert "Пора пересмотреть" not in words(methodist.get("/manage/practices/waiting"))


def test_an_import_without_the_right_to_publish_waits_in_the_working_copy(practice):
    from practices import importer

    with writing():
        operations.publish(practice, by=factories.methodist())
    read = importer.read(
        "t.csv", f"Код;Название;ОКТМО;Цель\nkonsultant;Домашний консультант;{factories.IRKUTSK};Новая цель\n".encode()
    )
    plan = importer.plan_rows(read, may_publish=False)
    with writing():
        importer.carry_out(plan, by=factories.give(factories.user(), Role.methodist))
    assert (again().goal, again().working) == ("", {"goal": "Новая цель"})


def test_a_word_of_the_author_goes_before_can_be_published(methodist, practice, author):
    with writing():
        operations.accept(practice, by=factories.methodist())
        operations.work_on(practice, {"goal": "Дома спокойно."}, by=factories.methodist())
        asked = operations.ask_confirmation(practice, by=factories.methodist())
        operations.confirm(author, asked.id, by=ByLink("автор"))
        operations.write_to_editors(author, "Нас уже трое.", by=ByLink("автор"))
    page = words(methodist.get("/manage/practices/waiting"))
    assert [page.count(f'id="pile-{name}"') for name in ("answers", "confirmed", "accepted")] == [1, 0, 0]
    comment = queries.open_comments(practice, from_author=True)[0].id
    methodist.submit(f"{ADDRESS}/comments/{comment}/resolution", page=ADDRESS)
    page = words(methodist.get("/manage/practices/waiting"))
    assert [page.count(f'id="pile-{name}"') for name in ("answers", "confirmed", "accepted")] == [0, 1, 0]


def test_the_author_reads_when_they_confirmed_and_what_they_wrote(client, practice, author):
    page = AUTHOR_LINK.path(author)
    with writing():
        operations.accept(practice, by=factories.methodist())
    assert "Исправлять ничего не нужно" in words(client.get(page))
    with writing():
        operations.work_on(practice, {"goal": "Дома спокойно."}, by=factories.methodist())
        asked = operations.ask_confirmation(practice, by=factories.methodist())
    assert "Исправлять ничего не нужно" not in words(client.get(page))
    with writing():
        operations.write_to_editors(author, "Нас уже трое.", by=ByLink("автор"))
        operations.confirm(author, asked.id, by=ByLink("автор"))
    shown = words(client.get(page))
    assert f"Вы подтвердили {words_of_day(asked)}" in shown
    assert "Исправлять ничего не нужно" not in shown
    assert "Вы написали методисту" in shown
    assert "Нас уже трое." in shown


def words_of_day(asked) -> str:
    with speaking("ru"):
        return day(asked.answered_at).replace("\u00a0", " ")


def test_the_review_names_the_author_and_keeps_comments_at_their_fields(methodist, practice, author):
    with writing():
        operations.send_back(practice, {"who_does_it": "Сколько их?"}, by=factories.methodist())
        operations.submit(author, by=ByLink("автор"))
    page = words(methodist.get(f"{ADDRESS}/review"))
    assert f"<dt>Автор</dt><dd>{author.name}</dd>" in page
    assert f"<dt>Муниципалитет</dt><dd>{practice.territory.name}</dd>" in page
    assert "<dt>Прислано</dt>" in page
    assert 'name="comment_who_does_it"' in page.split("Сколько их?")[1].split("</section>")[0]
