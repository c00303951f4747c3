"""Names are public by a consent only: how the organiser notes those signed on paper."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from accounts.models import Consent
from activity.models import Entry
from forum.models import Forum
from kernel.db import db
from kernel.transaction import writing
from programme.cli import import_programme
from programme.queries import without_consent
from speakers.models import Speaker
from speakers.operations import withdraw_consent
from tests import factories
from tests.programme.table import correct
from tests.programme.test_import import GOOD, HEAD
from tests.programme.test_slots import NEW, as_it_is, desk, fill  # noqa: F401  (the fixture)

pytestmark = pytest.mark.differs

DESK = "/manage/forums/prosemyu-2027"
NAMES = ("Примерова Анна", "Тестов Иван")


@pytest.fixture
def forum(app):
    with writing():
        return factories.forum()


@pytest.fixture
def organiser(forum, sign_in):
    with writing():
        person = factories.organiser(forum.series)
    return sign_in(person)


def text(answer) -> str:
    return answer.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")


def book() -> tuple[io.BytesIO, str]:
    return io.BytesIO("\n".join([HEAD, *GOOD]).encode()), "programme.csv"


def preview_of(client) -> str:
    start = f"{DESK}/programme/import"
    return client.submit(start, {"file": book()}, content_type="multipart/form-data").headers["Location"]


def shown() -> dict[str, bool]:
    db.session.expire_all()
    return {speaker.name: not speaker.hidden for speaker in db.session.scalars(select(Speaker).order_by(Speaker.id))}


def noted() -> list[int]:
    """How many consents each act of noting them on paper was about, by the log."""
    found = db.session.scalars(
        select(Entry).where(Entry.action == "speaker.consented_on_paper", Entry.subject_type == "forum")
    )
    return [entry.details["number"] for entry in found]


def test_without_the_tick_names_stay_hidden_and_the_preview_says_so(organiser, client):
    preview = preview_of(organiser)
    page = text(organiser.get(preview))
    assert "Без отметки имена 2 спикеров не будут показаны: только должность и организация." in page
    assert re.search(r'<input[^>]*name="on_paper"[^>]*>', page)[0].count("checked") == 0
    english = text(organiser.get(f"/en{preview}"))
    assert "Without the tick the names of 2 speakers will not be shown" in english
    organiser.submit(f"{preview}/confirmation", page=preview)
    assert shown() == dict.fromkeys(NAMES, False)
    assert db.session.scalars(select(Consent)).all() == []
    page = text(client.get("/forums/prosemyu-2027/programme"))
    assert not any(name in page for name in NAMES)
    assert "Психолог, Центр" in page


def test_the_tick_keeps_the_consents_and_the_names_are_shown(organiser, client):
    preview = preview_of(organiser)
    organiser.submit(f"{preview}/confirmation", {"on_paper": "y"}, page=preview)
    assert shown() == dict.fromkeys(NAMES, True)
    kept = db.session.scalars(select(Consent)).all()
    assert [(one.subject_type, one.on_paper, one.text.kind.value) for one in kept] == [
        ("speaker", True, "publication")
    ] * 2
    assert noted() == [2]
    page = text(client.get("/forums/prosemyu-2027/programme"))
    assert all(name in page for name in NAMES)
    assert 'name="on_paper"' not in text(organiser.get(preview_of(organiser)))


def test_the_same_file_with_the_tick_names_those_it_did_not_before(organiser):
    for fields in ({}, {"on_paper": "y"}):
        preview = preview_of(organiser)
        organiser.submit(f"{preview}/confirmation", fields, page=preview)
    assert shown() == dict.fromkeys(NAMES, True)


def withdrawn(forum: Forum, name: str) -> Speaker:
    with writing():
        speaker = factories.speaker(forum.series, name)
        withdraw_consent(speaker, by=None)
    return speaker


def test_the_tick_does_not_undo_a_withdrawal(organiser, forum):
    withdrawn(forum, "Тестов Иван")
    preview = preview_of(organiser)
    assert "Без отметки имя 1 спикера не будет показано" in text(organiser.get(preview))
    organiser.submit(f"{preview}/confirmation", {"on_paper": "y"}, page=preview)
    assert shown() == {"Тестов Иван": False, "Примерова Анна": True}


def on_the_programme(forum: Forum, *names: str) -> list[Speaker]:
    with writing():
        section = factories.section(forum)
        people = [factories.speaker(forum.series, name, agreed=False) for name in names]
        for number, person in enumerate(people, start=1):
            factories.appearance(factories.slot(section, f"Доклад {number}"), person)
    return people


def test_one_act_notes_the_papers_of_everybody_but_those_who_withdrew(organiser, forum, client):
    first, second, third = on_the_programme(forum, "Первый Пётр", "Второй Влас", "Третий Тарас")
    with writing():
        other = factories.speaker(forum.series, "Чужой Чук", agreed=False)
    correct(organiser, f"{DESK}/speakers", third, agreed="y")
    correct(organiser, f"{DESK}/speakers", third, agreed="")
    assert "Первый Пётр" not in text(client.get("/forums/prosemyu-2027/programme"))
    page = text(organiser.get(f"{DESK}/speakers"))
    assert "2 имени не показаны на сайте: согласий ещё нет" in page
    assert "Подписанные согласия 2 спикеров у вас?" in page
    done = organiser.submit(f"{DESK}/speakers/paper-consents", page=f"{DESK}/speakers")
    assert done.headers["Location"] == f"{DESK}/speakers"
    page = text(organiser.get(f"{DESK}/speakers"))
    assert "Отмечены 2 согласия на бумаге: имена теперь показаны." in page
    assert "paper-consents" not in page
    assert shown() == {first.name: True, second.name: True, third.name: False, other.name: False}
    assert noted() == [2]
    assert "Первый Пётр" in text(client.get("/forums/prosemyu-2027/programme"))
    organiser.submit(f"{DESK}/speakers/paper-consents", page=f"{DESK}/speakers")
    assert "Ничего не изменилось." in text(organiser.get(f"{DESK}/speakers"))
    assert noted() == [2]


def test_the_log_tells_of_it_in_words(organiser, forum):
    on_the_programme(forum, "Первый Пётр")
    organiser.submit(f"{DESK}/speakers/paper-consents", page=f"{DESK}/speakers")
    assert "отмечены бумажные согласия спикеров на публикацию имён" in text(organiser.get("/manage/activity")).lower()


def test_an_organiser_of_another_series_notes_nothing(forum, sign_in):
    on_the_programme(forum, "Первый Пётр")
    with writing():
        stranger = factories.organiser(factories.series("other"))
    client = sign_in(stranger)
    assert client.submit(f"{DESK}/speakers/paper-consents", page="/work").status_code == 404
    assert shown() == {"Первый Пётр": False}


def test_readiness_says_that_the_names_are_not_shown(forum, organiser):
    on_the_programme(forum, "Первый Пётр", "Второй Влас")
    assert "Нет согласия на публикацию имени: 2, эти имена не показаны" in text(organiser.get(DESK))
    assert without_consent(forum.id) == 2


@pytest.mark.parametrize("ticked", [True, False])
def test_a_speaker_added_by_hand_is_named_with_the_tick_only(desk, ticked):  # noqa: F811
    page = text(desk.client.get(NEW))
    assert "checked" not in re.search(r'<input[^>]*name="on_paper"[^>]*>', page)[0]
    answer = desk.client.submit(NEW, fill(desk, **({"on_paper": "y"} if ticked else {})), page=NEW)
    assert answer.status_code == 302
    assert shown()["Тестов Иван Петрович"] is ticked


def test_a_tick_alone_names_the_speakers_of_an_item(desk):  # noqa: F811
    with writing():
        person = factories.speaker(desk.forum.series, "Незваный Нил", agreed=False, position="логопед")
        factories.appearance(desk.talk, person, order_number=1)
    assert "без имени, согласия нет: Незваный Нил." in text(desk.client.get(desk.page))
    second = {"people-1-name": "Незваный Нил", "people-1-position": "логопед"}
    second |= {"people-1-organisation": "", "people-1-municipality": ""}
    desk.client.submit(desk.page, as_it_is(desk, on_paper="y", **second), page=desk.page)
    assert shown()["Незваный Нил"] is True
    assert "согласия нет" not in text(desk.client.get(desk.page))


@pytest.mark.parametrize("ticked", [True, False])
def test_the_command_gives_paper_consents_when_told_so(app, forum, tmp_path, ticked):
    path = tmp_path / "programme.csv"
    path.write_bytes(book()[0].getvalue())
    arguments = [str(path), "--forum", forum.slug, "--yes", *(["--consents-on-paper"] if ticked else [])]
    result = app.test_cli_runner().invoke(import_programme, arguments)
    assert result.exit_code == 0, result.output
    said = "2 спикера из файла не дали согласия на публикацию имени: имена не будут показаны."
    assert (said in result.output.replace("\N{NO-BREAK SPACE}", " ")) is not ticked
    assert shown() == dict.fromkeys(NAMES, ticked)
