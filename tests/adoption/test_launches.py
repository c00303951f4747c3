"""A launch is confirmed by somebody who did not report it: the author, the mentor or the curator."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from accounts.enums import Role, ScopeKind
from activity.models import Letter
from activity.outbox import compose
from adoption import operations
from adoption.cabinet import launches
from adoption.models import Confirmer, Stage, StageStep
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.adoption.conftest import adoption, seen, up_to
from tests.adoption.quarter_world import text_of


def launch(tayshet, by="coordinator", **more):
    """The coordinator's municipality says that the practice works, with letters."""
    person = getattr(tayshet.people, by) if isinstance(by, str) else by
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.safeguards, by=person)
        for name, value in more.items():
            setattr(made, name, value)
        db.session.flush()
        operations.move(made, [step for step in up_to(Stage.launched) if step.stage is Stage.launched], by=person)
    return made


def step_of(made) -> StageStep:
    db.session.expire_all()
    return db.session.scalars(
        select(StageStep).where(StageStep.adoption_id == made.id, StageStep.stage == Stage.launched)
    ).one()


def letter(kind) -> str:
    found = db.session.scalars(select(Letter).where(Letter.kind == kind)).one()
    return compose(found).get_body(("plain",)).get_content()


def authors_link() -> str:
    return re.search(r"https://forum\.example\.org(/launch/\S+)", letter("adoption_launched")).group(1)


def test_the_author_confirms_by_the_link_in_the_letter(tayshet, client):
    made = launch(tayshet)
    text = letter("adoption_launched").replace("\u00a0", " ")
    assert "«Обслужена первая семья» — так?" in text
    link = authors_link()
    answer = client.get(link)
    assert "<h1>«Обслужена первая семья» — так?</h1>" in text_of(answer)
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == (
        "private, no-store",
        "noindex, nofollow",
    )
    assert step_of(made).confirmed_at is None  # opening it confirms nothing
    assert client.submit(f"{link}/confirmation", page=link).location == link
    step = step_of(made)
    assert (step.confirmed_as, step.confirmed_by_id) == (Confirmer.author, None)
    assert "<h1>Запуск подтверждён</h1>" in text_of(client.get(link))
    assert "Запуск подтверждён автором" in text_of(tayshet.coordinator.get(f"/cabinet/adoptions/{made.code}"))


def test_the_link_dies_with_the_launch_it_asked_about(tayshet, client):
    made = launch(tayshet)
    link = authors_link()
    assert client.get(link[:-3] + "AAA").status_code == 404
    assert client.get("/launch/nothing").status_code == 404
    with writing():
        operations.move_back(made, Stage.staffing, "Рано", by=None)
    assert client.get(link).status_code == 404
    with writing():
        operations.move(made, [step for step in up_to(Stage.launched) if step.stage.number > 4], by=None)
    assert client.get(link).status_code == 404
    with writing():
        other = launches.link_path(made)
    assert client.get(other).status_code == 200


@pytest.mark.parametrize("case", ["contact", "reporter", "nobody"])
def test_an_author_who_adopts_their_own_practice_is_not_asked(tayshet, case):
    author = {"contact": "olga@example.org", "reporter": tayshet.people.coordinator.email, "nobody": ""}[case]
    with writing():
        tayshet.practice.contact_email = author
    made = launch(tayshet)
    assert launches.link_path(made) is None
    if author:
        assert "/launch/" not in letter("adoption_launched")


def test_the_curator_confirms_and_is_asked_in_the_practices_words(tayshet):
    made = launch(tayshet)
    page = f"/cabinet/adoptions/{made.code}"
    assert "«Обслужена первая семья» — так?" in letter("adoption_confirm").replace("\u00a0", " ")
    assert "«Обслужена первая семья» — так?" in text_of(tayshet.curator.get(page))
    tayshet.curator.submit(f"{page}/confirmation", seen(tayshet.curator, page), page=page)
    assert step_of(made).confirmed_as is Confirmer.curator
    assert step_of(made).confirmed_by_id == tayshet.people.curator.id


@pytest.mark.parametrize("reporter", ["both", "coordinator", None])
def test_nobody_confirms_the_launch_of_their_own_municipality(tayshet, sign_in, reporter):
    """Coordinator and curator in one person: whoever reported it, also by the link, it is their own launch."""
    with writing():
        both = factories.coordinator()
        factories.give(both, Role.curator, ScopeKind.territory, factories.territory(factories.REGION).id)
    made = launch(tayshet, by=both if reporter == "both" else reporter)
    client = sign_in(both)
    page = f"/cabinet/adoptions/{made.code}"
    html = text_of(client.get(page))
    assert "Подтвердить запуск" not in html
    assert "Запуск заявлен, подтверждается" in html
    assert client.submit(f"{page}/confirmation", page=page).status_code == 404
    assert client.get(f"/cabinet/launches/{made.code}").status_code == 404
    assert step_of(made).confirmed_at is None


def test_a_curator_who_reported_it_does_not_confirm_it(tayshet):
    made = launch(tayshet, by="curator")
    with writing():
        assert launches.role_of(tayshet.people.curator, made) is None


def test_the_mentor_confirms_in_the_cabinet(tayshet):
    with writing():
        elder = adoption(tayshet.practice, factories.organisation("Школа Куйтуна", factories.KUYTUN), Stage.operating)
    made = launch(tayshet, source_adoption_id=elder.id)
    assert f"/cabinet/launches/{made.code}" in letter("adoption_mentor")
    client = tayshet.neighbour
    page = text_of(client.get("/cabinet/"))
    assert "<h1>Сделать: 1 дело, около 5 минут</h1>" in page
    assert "Подтвердить запуск у тех, кому вы помогали: Домашний консультант" in page
    here = f"/cabinet/launches/{made.code}"
    assert "«Обслужена первая семья» — так?" in text_of(client.get(here))
    assert client.submit(f"{here}/confirmation", seen(client, here), page=here).location == "/cabinet/"
    assert step_of(made).confirmed_as is Confirmer.mentor
    assert client.get(here).status_code == 404  # nothing is asked any more
    assert client.get(f"/cabinet/adoptions/{made.code}").status_code == 404


def test_a_neighbour_who_is_no_mentor_is_not_asked(tayshet):
    made = launch(tayshet)
    assert tayshet.neighbour.get(f"/cabinet/launches/{made.code}").status_code == 404
    assert tayshet.coordinator.get(f"/cabinet/launches/{made.code}").status_code == 404


def test_the_mentor_is_chosen_among_those_with_whom_it_works(tayshet):
    with writing():
        elder = adoption(tayshet.practice, factories.organisation("Школа Куйтуна", factories.KUYTUN), Stage.operating)
        young = adoption(tayshet.practice, factories.organisation("Школа Тулуна", factories.TULUN), Stage.launched)
        made = adoption(tayshet.practice, tayshet.organisation, Stage.staffing)
    page = f"/cabinet/adoptions/{made.code}"
    html = text_of(tayshet.coordinator.get(page))
    assert "Школа Куйтуна — Куйтунский" in html
    assert "Школа Тулуна" not in html

    def save(mentor):
        details = {
            "details-contact_name": "Ольга",
            "details-contact_email": "olga@example.org",
            "details-mentor": mentor,
        }
        version = re.search(r'name="version" value="(\d+)"', text_of(tayshet.coordinator.get(page))).group(1)
        return tayshet.coordinator.submit(f"{page}/details", details | {"version": version}, page=page).status_code

    assert save(str(young.id)) == 422
    assert save(str(elder.id)) == 302
    db.session.refresh(made)
    assert made.source_adoption_id == elder.id
    assert "Учится у" in text_of(tayshet.coordinator.get(page))
    assert save("") == 302
    db.session.refresh(made)
    assert made.source_adoption_id is None


def test_until_confirmed_it_is_said_in_the_cabinet(tayshet):
    made = launch(tayshet)
    assert "Запуск заявлен, подтверждается" in text_of(tayshet.coordinator.get("/cabinet/"))
    with writing():
        operations.confirm(made, by=tayshet.people.curator)
    assert "Ждёт подтверждения" not in text_of(tayshet.coordinator.get("/cabinet/"))


WHY = "Первая семья ещё не обслужена: специалист в отпуске"


def refused(made) -> StageStep:
    step = step_of(made)
    assert (step.refusal, step.confirmed_at, step.withdrawn_at is not None) == (WHY, None, True)
    db.session.refresh(made)
    assert (made.stage, made.confirmed) == (Stage.safeguards, False)
    assert {letter.to for letter in db.session.scalars(select(Letter).where(Letter.kind == "adoption_refused"))} >= {
        "olga@example.org"
    }
    return step


def test_the_author_says_no_and_the_municipality_reads_why(tayshet, client):
    made = launch(tayshet)
    link = authors_link()
    empty = client.submit(f"{link}/refusal", {"reason": " "}, page=link)
    assert empty.status_code == 422
    assert "Что не так: Заполните это поле" in text_of(empty)
    assert step_of(made).refused_at is None
    assert client.submit(f"{link}/refusal", {"reason": WHY}, page=link).location == link
    assert refused(made).refused_as is Confirmer.author
    again = client.get(link)
    assert "<h1>Запуск не подтверждён</h1>" in text_of(again)
    assert WHY in text_of(again)
    page = f"/cabinet/adoptions/{made.code}"
    for html in (text_of(tayshet.coordinator.get(page)), text_of(tayshet.coordinator.get("/cabinet/"))):
        assert WHY in html
    assert "Автор не подтвердил запуск" in text_of(tayshet.coordinator.get(page))
    assert "Запуск не подтвердили: Домашний консультант" in text_of(tayshet.coordinator.get("/cabinet/"))


def test_a_refused_launch_may_be_told_of_again_and_is_asked_about_anew(tayshet, client):
    made = launch(tayshet)
    old = authors_link()
    with writing():
        operations.hold(made)
        assert operations.refuse(made, WHY, by=tayshet.people.curator) is True
        assert operations.refuse(made, WHY, by=tayshet.people.curator) is False
        assert operations.confirm(made, by=tayshet.people.curator) is False
        operations.move(made, [step for step in up_to(Stage.launched) if step.stage is Stage.launched], by=None)
        assert launches.link_path(made) != old
    assert client.get(old).status_code == 404
    assert WHY not in text_of(tayshet.coordinator.get("/cabinet/"))
    assert "Регион не подтвердил запуск: " + WHY in text_of(tayshet.coordinator.get(f"/cabinet/adoptions/{made.code}"))
    letters = db.session.scalars(select(Letter).where(Letter.kind == "adoption_refused")).all()
    assert all(compose(letter) is None for letter in letters)  # it would speak of what is past


def test_the_letter_of_a_refusal_goes_once_to_each_address(tayshet):
    made = launch(tayshet)
    with writing():
        made.contact_email = tayshet.people.coordinator.email
        operations.hold(made)
        operations.refuse(made, WHY, by=tayshet.people.curator)
    text = letter("adoption_refused").replace("\u00a0", " ")
    assert f"Регион не подтвердил запуск: {WHY}" in " ".join(text.split())
    assert f"/cabinet/adoptions/{made.code}" in text


def test_the_curator_says_no_with_a_reason(tayshet):
    made = launch(tayshet)
    page = f"/cabinet/adoptions/{made.code}"
    launch_seen = seen(tayshet.curator, page)
    assert tayshet.curator.submit(f"{page}/refusal", {"reason": ""}, page=page).status_code == 422
    assert step_of(made).refused_at is None
    assert tayshet.neighbour.submit(f"{page}/refusal", {"reason": WHY}, page="/cabinet/").status_code == 404
    assert tayshet.coordinator.submit(f"{page}/refusal", {"reason": WHY}, page=page).status_code == 404
    assert tayshet.curator.submit(f"{page}/refusal", {"reason": WHY} | launch_seen, page=page).location == page
    step = refused(made)
    assert (step.refused_as, step.refused_by_id) == (Confirmer.curator, tayshet.people.curator.id)
    assert tayshet.curator.submit(f"{page}/refusal", {"reason": WHY}, page="/work").location == page  # twice
    assert "запуск не подтверждён" in text_of(tayshet.organiser.get("/manage/activity"))


def test_the_mentor_says_no_in_the_cabinet(tayshet):
    with writing():
        elder = adoption(tayshet.practice, factories.organisation("Школа Куйтуна", factories.KUYTUN), Stage.operating)
    made = launch(tayshet, source_adoption_id=elder.id)
    here = f"/cabinet/launches/{made.code}"
    assert tayshet.neighbour.submit(f"{here}/refusal", {"reason": ""}, page=here).status_code == 422
    said = {"reason": WHY} | seen(tayshet.neighbour, here)
    assert tayshet.neighbour.submit(f"{here}/refusal", said, page=here).location == "/cabinet/"
    assert refused(made).refused_as is Confirmer.mentor
    assert tayshet.coordinator.get(here).status_code == 404


def test_what_was_confirmed_is_not_refused_afterwards(tayshet, client):
    made = launch(tayshet)
    link = authors_link()
    page = client.get(link)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True)).group(1)
    with writing():
        operations.confirm(made, by=tayshet.people.curator)
    client.post(f"{link}/refusal", data={"csrf_token": token, "reason": WHY})
    assert (step_of(made).refused_at, made.confirmed) == (None, True)


@pytest.mark.parametrize("who", ["curator", "mentor", "panel"])
@pytest.mark.parametrize("deed", ["confirmation", "refusal"])
def test_only_the_launch_that_was_looked_at_is_confirmed_or_refused(tayshet, who, deed):
    """The page stood open while the municipality took the launch back and reported it with something else to show."""
    with writing():
        elder = adoption(tayshet.practice, factories.organisation("Школа Куйтуна", factories.KUYTUN), Stage.operating)
    made = launch(tayshet, source_adoption_id=elder.id)
    client = tayshet.neighbour if who == "mentor" else tayshet.curator
    place = f"/cabinet/{'launches' if who == 'mentor' else 'adoptions'}/{made.code}"
    page = "/work" if who == "panel" else place
    data = {"csrf_token": client.token(page), "reason": WHY} | seen(client, page)
    with writing():
        operations.hold(made)
        operations.move_back(made, Stage.safeguards, "Ошибка", by=None)
        operations.move(made, [step for step in up_to(Stage.launched) if step.stage is Stage.launched], by=None)
    answer = client.post(f"{place}/{deed}", data=data)
    assert answer.status_code == 302
    assert "Не сделано: тем временем о запуске сообщили заново." in text_of(client.get(answer.location))
    db.session.expire_all()
    assert (made.confirmed, made.stage) == (False, Stage.launched)
    assert launches.waiting_step(made) is not None
