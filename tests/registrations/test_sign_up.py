from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from accounts import consenting
from accounts.models import Consent
from activity.models import Letter
from activity.outbox import compose
from forum import operations as forums
from forum.models import Format, ForumStatus, Section
from kernel import db as kernel_db
from kernel import limits
from kernel.db import db
from kernel.jobs import run_due
from kernel.pages import bump
from kernel.transaction import writing
from registrations import operations, queries
from registrations.models import Registration, RegistrationStatus
from registrations.own.tickets import link_path
from registrations.own.views import LINK_CHANGES
from registrations.signup.views import SIGN_UP_MAILBOX
from tests import factories
from tests.client import PageClient
from tests.conftest import NOW
from tests.registrations.conftest import ANNA, TOKEN, enrol, fill, set_capacity, text_of

PATH = "/forums/prosemyu-2027/registration"
SENT = PATH + "/sent?after=sign-up"


def only() -> Registration:
    return db.session.scalars(select(Registration)).one()


def test_three_clicks_lead_to_the_ticket(client, forum):
    response = client.submit(PATH, fill(forum, sections=str(forum.sections[0].id)))
    assert response.status_code == 303
    registration = only()
    assert TOKEN.search(response.location)
    assert response.location == link_path(registration)
    assert (registration.name, registration.email, registration.status) == (
        ANNA,
        "anna@example.org",
        RegistrationStatus.confirmed,
    )
    assert [interest.section_id for interest in registration.interests] == [forum.sections[0].id]
    assert queries.quota(forum.id, Format.in_person).taken == 1
    page = text_of(client.get(response.location))
    assert "Мой форум" in page
    assert 'class="qr"' in page


def test_a_section_removed_while_the_form_is_on_its_way_loses_nothing_typed(client, forum):
    """The copy of the forum that the form is checked against is not told of this removal: so it is for a moment."""
    with writing():
        gone = factories.section(forum, "gone", "Бывшая секция").id
        bump(f"forum:{forum.slug}")
    token = client.token(PATH)
    with writing():
        db.session.execute(delete(Section).where(Section.id == gone))
    data = fill(forum, csrf_token=token, sections=[str(gone), str(forum.sections[0].id)])
    answer = client.post(PATH, data=data)
    assert answer.status_code == 422
    assert "Список секций тем временем изменился. Выберите ещё раз." in text_of(answer)
    assert f'value="{ANNA}"' in text_of(answer)
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0
    assert client.submit(PATH, fill(forum)).status_code == 303


def test_the_first_look_at_the_page_says_where_the_letter_went(client, forum):
    path = client.submit(PATH, fill(forum)).location
    told = "Вы записаны. Письмо с билетом отправлено на anna@example.org."
    page = client.get(path)
    assert told in text_of(page)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert told not in text_of(client.get(path))


def test_the_letter_is_queued_with_the_registration(client, forum):
    client.submit(PATH, fill(forum))
    letter = db.session.scalars(select(Letter)).one()
    message = compose(letter)
    parts = {part.get_content_type() for part in message.walk()}
    assert {"image/png", "text/calendar", "text/html", "text/plain"} <= parts
    text = message.get_body(("plain",)).get_content()
    assert "https://forum.example.org" + link_path(only()) in text


def test_consents_are_kept_apart_with_their_versions(client, forum, monkeypatch):
    monkeypatch.setattr(consenting, "NEWS", True)
    client.submit(PATH, fill(forum))
    consent = db.session.scalars(select(Consent)).one()
    assert (consent.text.kind.value, consent.text.version, consent.subject_id) == ("personal_data", 1, only().id)
    client.submit(PATH, fill(forum, name="Другая Алла", consent_mailing="y"))
    assert db.session.scalar(select(func.count()).select_from(Consent)) == 3


def test_boxes_are_not_ticked_beforehand(client, forum):
    page = text_of(client.get(PATH))
    assert "checked" not in page


def test_bad_input_comes_back_with_a_sentence_and_what_was_typed(client, forum):
    response = client.submit(PATH, fill(forum, email="anna@", name="Анна", consent_personal_data="", territory="1"))
    page = text_of(response)
    assert response.status_code == 422
    assert 'value="anna@"' in page
    assert 'value="Центр помощи семье"' in page
    assert page.count('class="error"') == 4
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0


def test_nothing_typed_is_lost_with_a_stale_page(client, forum):
    response = client.post(PATH, data=fill(forum))
    assert response.status_code == 422
    assert 'value="Центр помощи семье"' in text_of(response)


def test_a_new_name_on_a_known_address_is_one_more_participant(client, forum):
    client.submit(PATH, fill(forum))
    response = client.submit(PATH, fill(forum, name="Примеров Пётр Ильич"))
    assert "Добавлен ещё один участник" in text_of(client.get(response.location))
    assert queries.quota(forum.id, Format.in_person).taken == 2


def test_the_same_pair_gets_the_letter_again_and_no_token(client, forum):
    client.submit(PATH, fill(forum))
    response = client.submit(PATH, fill(forum, name="  примерова анна  СЕРГЕЕВНА", email="Anna@Example.org"))
    assert (response.status_code, response.location) == (303, SENT)
    page = text_of(client.get(response.location))
    assert not TOKEN.search(page)
    assert "Прежние записи не изменились." in page
    assert "отправлено на" not in page
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 2
    assert queries.quota(forum.id, Format.in_person).taken == 1


def test_letters_again_are_limited_and_the_page_says_the_same(client, forum):
    client.submit(PATH, fill(forum))
    for _attempt in range(7):
        assert client.submit(PATH, fill(forum)).location == SENT
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 6


def test_who_cancelled_takes_part_again_by_new_secrets(client, forum):
    registration = enrol(forum)
    old = (registration.link_hash, registration.code_hash)
    with writing():
        operations.cancel(registration)
    response = client.submit(PATH, fill(forum, organisation="Новая школа"))
    found = only()
    assert response.location == link_path(found)
    assert found.status is RegistrationStatus.confirmed
    assert found.organisation == "Новая школа"
    assert found.link_hash != old[0]
    assert found.code_hash != old[1]
    assert queries.quota(forum.id, Format.in_person).taken == 1


def test_a_full_hall_means_the_waiting_list(client, forum):
    set_capacity(forum, 1)
    first = enrol(forum, "Первый Пётр", "first@example.org")
    assert "лист ожидания" in text_of(client.get(PATH))
    response = client.submit(PATH, fill(forum))
    page = text_of(client.get(response.location))
    assert "Ваш номер в листе ожидания: 1" in page
    assert [one.waiting_number for one in queries.same_mailbox(forum.id, "anna@example.org")] == [1]
    assert first.waiting_number is None


def test_a_format_without_any_places_is_not_offered(client, forum):
    set_capacity(forum, 0)
    page = text_of(client.get(PATH))
    assert 'value="remote"' in page
    assert 'value="in_person"' not in page
    assert "лист ожидания" not in page
    assert client.submit(PATH, fill(forum)).status_code == 422


def test_places_left_are_told(client, forum):
    set_capacity(forum, 21)
    page = text_of(client.get(PATH))
    assert "осталось 21 место" in page
    assert "без ограничений" in page


def test_resending_answers_the_same_for_known_and_unknown(client, forum):
    enrol(forum)
    enrol(forum, "Примеров Пётр Ильич")
    first = client.submit(PATH + "/resend", {"email": "anna@example.org"})
    second = client.submit(PATH + "/resend", {"email": "nobody@example.org"})
    assert (first.status_code, first.location) == (second.status_code, second.location) == (303, PATH + "/sent")
    run_due()
    letters = db.session.scalars(select(Letter).where(Letter.kind == "registration_list")).all()
    assert [letter.to for letter in letters] == ["anna@example.org"]
    text = compose(letters[0]).get_body(("plain",)).get_content()
    assert len(TOKEN.findall(text)) == 2


def test_words_hold_for_a_ticket_and_for_a_broadcast_alike(client, forum):
    assert '<button class="button wide" type="submit"><span>Записаться</span></button>' in text_of(client.get(PATH))
    assert "Сюда придёт письмо с билетом или со ссылкой на трансляцию." in text_of(client.get(PATH))
    for path in (PATH + "/resend", PATH + "/sent"):
        assert not re.search("билет|анкет", text_of(client.get(path))), path
    assert f'href="{PATH}"' in text_of(client.get(PATH + "/resend"))
    with writing():
        forums.set_status(forum, ForumStatus.finished, by=None)
    assert f'href="{PATH}"' not in text_of(client.get(PATH + "/resend"))


def test_five_letters_an_hour_and_nobody_is_shut_out(client, forum):
    """Whoever asks on, perhaps a stranger, hears the same; so does an institution behind one network."""
    enrol(forum)
    answers = [client.submit(PATH + "/resend", {"email": "anna@example.org"}).status_code for _attempt in range(7)]
    assert answers == [303] * 7
    run_due()
    assert letters("registration_list") == 5


def letters(kind):
    return db.session.scalar(select(func.count()).select_from(Letter).where(Letter.kind == kind))


def test_a_stranger_is_not_told_that_a_mailbox_is_known(client, app, forum):
    enrol(forum)
    known = client.submit(PATH, fill(forum, name="Примеров Пётр Ильич"))
    fresh = PageClient(app).submit(PATH, fill(forum, name="Примеров Пётр Ильич", email="petr@example.org"))
    assert "Добавлен ещё один участник" not in text_of(client.get(known.location))
    assert known.status_code == fresh.status_code == 303


def test_a_network_is_told_five_times_an_hour_that_somebody_is_registered(app, forum):
    """Then it gets every ticket by letter: new or known, the answer is the same to the last byte and cookie."""
    enrol(forum)
    for _time in range(5):
        assert PageClient(app).submit(PATH, fill(forum)).location == SENT
    known, new = PageClient(app), PageClient(app)
    answers = (
        known.submit(PATH, fill(forum)),
        new.submit(PATH, fill(forum, name="Новикова Нина", email="n@example.org")),
    )
    assert [(one.status_code, one.location, one.headers.getlist("Set-Cookie")) for one in answers] == [
        (303, SENT, []),
        (303, SENT, []),
    ]
    page = text_of(new.get(SENT))
    assert page == text_of(known.get(SENT))
    assert "Заявка принята. Билет и ваша ссылка в письме" in page
    db.session.expire_all()
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 2
    assert db.session.scalars(select(Letter.to).order_by(Letter.id.desc())).first() == "n@example.org"
    elsewhere = {"environ_base": {"REMOTE_ADDR": "198.51.100.7"}}
    other = PageClient(app)
    other.get(PATH, **elsewhere)
    assert TOKEN.search(
        other.submit(PATH, fill(forum, name="Другая Дарья", email="d@example.org"), **elsewhere).location
    )


def test_fifteen_colleagues_behind_one_mailbox_and_one_network(app, forum):
    for number in range(15):
        answer = PageClient(app).submit(PATH, fill(forum, name=f"Примерова Анна {'абвгдежзиклмноп'[number]}"))
        assert TOKEN.search(answer.location)
    assert letters("registration_ticket") == 15


def test_a_flooded_mailbox_gets_twenty_letters_and_then_one(client, forum):
    for number in range(25):
        name = f"Примерова Анна {'абвгдежзийклмнопрстуфхцчшщэюя'[number]}"
        assert TOKEN.search(client.submit(PATH, fill(forum, name=name)).location)
    assert letters("registration_ticket") == 20
    kernel_db.set_clock(lambda: NOW + timedelta(minutes=61))
    run_due()
    assert letters("registration_list") == 1


def test_beyond_sixty_an_hour_the_form_says_how_long_to_wait(client, forum):
    limits.count(*[(SIGN_UP_MAILBOX, "anna@example.org")] * SIGN_UP_MAILBOX.hits)
    answer = client.submit(PATH, fill(forum))
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "3600"
    assert "Подождите 60 минут." in text_of(answer)
    assert f'value="{ANNA}"' in text_of(answer)


def test_whoever_holds_a_link_floods_no_mailbox_by_it(client, forum):
    path = link_path(enrol(forum))
    limits.count(*[(LINK_CHANGES, "anna@example.org")] * (LINK_CHANGES.hits - 1))
    client.submit(f"{path}/format", {"format": "remote"})
    assert only().format is Format.remote
    assert client.submit(f"{path}/format", {"format": "in_person"}).status_code == 429
    assert only().format is Format.remote


@pytest.mark.parametrize(
    "name",
    [
        "Выигрыш на spam.example",
        "Приз https://t.co/x",
        "Звоните 8 800 555 35 35",
        "Пишите a@b.example",
        "Деньги t.me",
        "Перейдите evil．ru",
        "Деньги t․me evil",
        "Нажмите [тут](//evil)",
    ],
)
def test_a_name_that_would_be_advertising_reaches_no_mailbox(client, forum, name):
    answer = client.submit(PATH, fill(forum, name=name))
    assert answer.status_code == 422
    assert letters("registration_ticket") == 0


@pytest.mark.parametrize(
    "name", ["Пушкин А.С.", "О’Нил Мария-Луиза (Маша)", "Иванов Иван 2", "Abu Ali ibn Sina", "Ли J.Smith"]
)
def test_names_as_people_have_them(client, forum, name):
    assert client.submit(PATH, fill(forum, name=name)).status_code == 303


def test_before_and_after_there_is_a_clear_page(client, app):
    from datetime import date

    with writing():
        early = factories.forum(registration_opens=date(2027, 3, 2))
        factories.forum("late", early.series, registration_closes=date(2027, 2, 28))
        factories.forum("draft", early.series, status=ForumStatus.draft)
    page = text_of(client.get(PATH))
    assert "Регистрация ещё не открыта" in page
    assert "2 марта" in page
    assert "Регистрация завершена" in text_of(client.get("/forums/late/registration"))
    assert client.get("/forums/draft/registration").status_code == 404
    assert client.get("/forums/nothing/registration").status_code == 404


def test_another_region_may_be_chosen(client, forum):
    client.submit(PATH, fill(forum, territory="81000000"))
    assert only().territory.name == "Республика Бурятия"


def test_the_wrong_method(client, forum):
    assert client.put(PATH).status_code == 405
    assert client.post(PATH + "/sent").status_code == 405


def test_in_english(client, forum):
    assert client.get("/en" + PATH).status_code == 200
    response = client.submit("/en" + PATH, fill(forum))
    assert only().language == "en"
    assert response.location.startswith("/en/my/")


def test_a_town_hidden_in_a_long_name_is_found(client, forum):
    page = text_of(client.get(PATH))
    assert ">Зиминское городское муниципальное образование (г. Зима)</option>" in page
    assert ">город Братск</option>" in page
    assert ">Братский муниципальный район</option>" in page


@pytest.mark.parametrize(
    ("field", "odd", "said"),
    [
        ("email", "\u0430nna@example.org", "Буквы другого алфавита: \u0430. Возможно, нужно: anna@example.org?"),
        ("email", "ivan@\u0435\u0445ample.org", "Возможно, нужно: ivan@example.org?"),
        ("email", "иван@example.org", "письма могут не доходить"),
        ("name", "Примеров\u0061 Анна", "Возможно, нужно: Примерова Анна?"),
        ("name", "Сухарто", "Укажите хотя бы фамилию и имя."),
        ("name", "王小明", "Укажите хотя бы фамилию и имя."),
    ],
)
def test_what_looks_mistyped_is_asked_about_once(client, forum, field, odd, said):
    path = f"/forums/{forum.slug}/registration"
    typed = fill(forum, **{field: odd})
    answer = client.submit(path, typed)
    page = text_of(answer)
    assert (answer.status_code, said in page) == (422, True)
    sure = re.search(r'name="meant" value="([^"]+)"', page)[1]
    with_another = text_of(client.submit(path, typed | {"organisation": "х" * 300}))
    assert (said in with_another, "meant" in with_another) == (True, False)  # mending that field answers nothing
    wrong_elsewhere = text_of(client.submit(path, typed | {"meant": sure, "consent_personal_data": ""}))
    assert said not in wrong_elsewhere
    assert f'name="meant" value="{sure}"' in wrong_elsewhere
    assert client.submit(path, typed | {"meant": "another value"}).status_code == 422
    assert client.submit(path, typed | {"meant": sure}).status_code == 303
    assert getattr(db.session.scalars(select(Registration)).one(), field) == odd


def test_a_cyrillic_domain_is_asked_nothing(client, forum):
    typed = fill(forum, email="ivan@xn--e1afmkfd.xn--p1ai")
    assert client.submit(f"/forums/{forum.slug}/registration", typed).status_code == 303
    assert db.session.scalars(select(Registration.email)).one() == "ivan@пример.рф"
