"""First screens of those who chair, help and speak, and the speaker's consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from accounts.enums import Role, ScopeKind
from accounts.models import Consent
from forum.models import ForumStatus, Section
from kernel.db import db
from kernel.transaction import writing
from programme.models import Slot
from speakers.models import Speaker
from tests import factories
from tests.client import PageClient
from tests.programme.table import correct

PUBLIC = ("/forums/prosemyu-2027/programme", "/forums/prosemyu-2027/programme.json")


@dataclass(frozen=True)
class Staff:
    """A talk, and everybody who works with it."""

    section: Section
    other: Section
    talk: Slot
    speaker: Speaker
    chair: PageClient
    helper: PageClient
    anna: PageClient
    organiser: PageClient
    profile: str


@pytest.fixture
def staff(app, sign_in) -> Staff:
    with writing():
        forum = factories.forum()
        section = factories.section(forum, room_id=factories.room(forum).id)
        other = factories.section(forum, "young", "Молодые семьи")
        talk = factories.slot(section)
        speaker = factories.speaker(forum.series, agreed=False, email="anna@example.org", position="психолог")
        factories.appearance(talk, speaker)
        chair = factories.give(factories.user(), Role.section_moderator, ScopeKind.section, section.id)
        helper = factories.give(factories.user(), Role.assistant, ScopeKind.section, section.id)
        anna = factories.give(factories.user("anna@example.org", "Примерова Анна Сергеевна"), Role.speaker)
        organiser = factories.organiser(forum.series)
    return Staff(
        section=section,
        other=other,
        talk=talk,
        speaker=speaker,
        chair=sign_in(chair),
        helper=sign_in(helper),
        anna=sign_in(anna),
        organiser=sign_in(organiser),
        profile=f"/profile/{speaker.code}",
    )


def text(answer) -> str:
    return answer.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("who", ["chair", "helper"])
def test_a_section_is_on_the_first_screen_with_its_running_order(staff, who):
    page = text(getattr(staff, who).get("/work"))
    for words in ("10:00–10:20", "1 выступление", "Зал 1", "https://example.org/stream/1"):
        assert words in page, words
    assert "Молодые семьи" not in page
    order = text(getattr(staff, who).get("/running-order/prosemyu-2027/early-help"))
    for words in ("Домашний консультант", "Примерова Анна Сергеевна"):
        assert words in order, words
    assert "anna@example.org" not in order


def test_sections_of_past_forums_are_folded_below_the_coming_ones(staff, sign_in):
    with writing():
        coming = staff.section.forum
        last = factories.forum("prosemyu-2026", coming.series, date_start=date(2026, 4, 22), date_end=date(2026, 4, 22))
        closed = factories.forum("seminar", coming.series, status=ForumStatus.finished)
        later = factories.forum("forum-2028", coming.series, date_start=date(2028, 4, 22), date_end=date(2028, 4, 22))
        held = [staff.section]
        for forum, name in ((last, "Прошлогодняя"), (closed, "Закрытая"), (later, "Дальняя")):
            held.append(factories.section(forum, name=name))
        person = factories.user()
        for one in held:
            factories.give(person, Role.section_moderator, ScopeKind.section, one.id)
    ahead, past = text(sign_in(person).get("/work")).split("<summary>Прошедшие: 2</summary>")
    assert ahead.index("Ранняя помощь") < ahead.index("Дальняя")
    assert past.index("Закрытая") < past.index("Прошлогодняя")
    assert "Открыть трансляцию" not in past


def test_whose_forums_are_all_past_is_told_so(staff, sign_in):
    with writing():
        staff.section.forum.status = ForumStatus.finished
    page = text(staff.chair.get("/work"))
    assert "На предстоящих форумах у вас пока нет секций" in page
    assert "<summary>Прошедшие: 1</summary>" in page


def test_another_section_is_not_found(staff):
    assert staff.chair.get("/running-order/prosemyu-2027/young").status_code == 404
    assert staff.anna.get("/running-order/prosemyu-2027/early-help").status_code == 404


def test_a_chair_sees_the_order_before_it_is_published(staff):
    with writing():
        staff.section.forum.programme_published = False
    assert "Домашний консультант" in text(staff.chair.get("/running-order/prosemyu-2027/early-help"))


def test_a_speaker_sees_their_talk_and_what_the_profile_lacks(staff):
    page = text(staff.anna.get("/work"))
    for words in ("Домашний консультант", "22 апреля 2027 года, 10:00–10:20", "напишите два предложения о себе"):
        assert words in page, words
    assert staff.profile in page


def test_the_consent_is_an_unticked_box_kept_with_its_wording(staff):
    page = text(staff.anna.get(staff.profile))
    assert 'name="consent"' in page
    assert "checked" not in page
    staff.anna.submit(staff.profile, {"biography": "Двадцать лет с семьями.", "position": "психолог"})
    assert db.session.scalars(select(Consent)).all() == []
    staff.anna.submit(staff.profile, {"position": "психолог", "biography": "Двадцать лет.", "consent": "y"})
    given = db.session.scalars(select(Consent)).one()
    assert (given.subject_type, given.subject_id, given.on_paper) == ("speaker", staff.speaker.id, False)
    assert given.text.kind.value == "publication"
    assert "напишите" not in text(staff.anna.get("/work"))


def test_withdrawal_unpublishes_at_once_and_the_consent_may_be_given_again(staff, client):
    for path in PUBLIC:
        assert "Примерова" not in text(client.get(path)), path
    assert "ваши выступления показаны без имени" in text(staff.anna.get(staff.profile))
    staff.anna.submit(staff.profile, {"consent": "y"})
    for path in PUBLIC:
        assert "Примерова" in text(client.get(path)), path
    staff.anna.submit(f"{staff.profile}/consent-withdrawal", page=staff.profile)
    for path in PUBLIC:
        assert "Примерова" not in text(client.get(path)), path
    assert client.get(f"/speakers/{staff.speaker.code}").status_code == 404
    [given] = db.session.scalars(select(Consent))
    assert given.withdrawn_at is not None
    staff.anna.submit(staff.profile, {"consent": "y"})
    assert "Примерова" in text(client.get(PUBLIC[0]))


def test_somebody_elses_profile_is_not_found(staff, sign_in):
    with writing():
        stranger = factories.give(factories.user("boris@example.org"), Role.speaker)
    client = sign_in(stranger)
    assert client.get(staff.profile).status_code == 404
    assert "Ваших выступлений" in text(client.get("/work"))


def test_an_organiser_keeps_paper_consents_and_whose_profile_it_is(staff):
    page = "/manage/forums/prosemyu-2027/speakers"
    assert "пока нет" in text(staff.organiser.get(page))
    for _time in range(2):
        correct(staff.organiser, page, staff.speaker, agreed="y")
    [given] = db.session.scalars(select(Consent))
    assert given.on_paper is True
    assert "Примерова" not in text(staff.organiser.get(f"{page}?consent=no"))
    correct(staff.organiser, page, staff.speaker, agreed="")
    db.session.expire_all()
    assert db.session.get(Speaker, staff.speaker.id).hidden is True
    correct(staff.organiser, page, staff.speaker, email="Other@example.org")
    db.session.expire_all()
    assert db.session.get(Speaker, staff.speaker.id).email == "other@example.org"
    assert staff.anna.get(staff.profile).status_code == 404
