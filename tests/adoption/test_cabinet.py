from __future__ import annotations

import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from adoption.cabinet.desk import state_line
from adoption.models import Adoption, Exit, Stage, StageStep
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.adoption.conftest import adoption, seen


@pytest.fixture
def made(tayshet):
    with writing():
        return adoption(tayshet.practice, tayshet.organisation, Stage.safeguards)


def address(made, tail=""):
    return f"/cabinet/adoptions/{made.code}{tail}"


def step(stage, on, evidence="", **more):
    return {f"{stage}_done": "y", f"{stage}_on": on, f"{stage}_evidence": evidence} | more


def submit(client, made, tail, data):
    html = client.get(address(made)).get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', html).group(1)
    return client.submit(address(made, tail), {"version": version} | data, page=address(made))


def test_the_first_screen_says_what_to_do(tayshet, made):
    with writing():
        adoption(factories.practice("Мой папа – герой"), tayshet.organisation, Stage.launched)
        adoption(factories.practice("Клуб"), tayshet.organisation)
    page = tayshet.coordinator.get("/cabinet/").get_data(as_text=True)
    assert "<h1>Сделать: 3\u00a0дела, около 15\u00a0минут</h1>" in page
    assert "Начать и\u00a0записать первый результат: «обслужена первая семья»" in page
    for title in ("У\u00a0нас работает", "Готовим", "Думаем"):
        assert f"<h2>{title}</h2>" in page


def test_an_empty_cabinet_leads_to_the_catalogue(tayshet):
    page = tayshet.neighbour.get("/cabinet/").get_data(as_text=True)
    assert "<h1>Выберите первую практику</h1>" in page
    assert 'href="/practices/?near=25622000"' in page


def test_a_step_with_its_date_evidence_and_file(tayshet, made):
    data = step(
        "launched", "2027-02-20", "обслужена первая семья", file=(io.BytesIO(b"%PDF-1.7 act"), "akt.pdf"), units="1"
    )
    assert submit(tayshet.coordinator, made, "/stage", data).status_code == 302
    db.session.expire_all()
    assert (made.stage, made.units) == (Stage.launched, 1)
    last = db.session.scalars(select(StageStep).where(StageStep.stage == Stage.launched)).one()
    assert (last.evidence, last.file.name) == ("обслужена первая семья", "akt.pdf")
    assert tayshet.curator.get(address(made, f"/files/{last.id}")).data == b"%PDF-1.7 act"
    assert tayshet.neighbour.get(address(made, f"/files/{last.id}")).status_code == 404


def test_the_button_alone_notes_the_stage_that_comes_next(tayshet):
    """No box has to be ticked for it; further stages have theirs."""
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation)
    html = tayshet.coordinator.get(address(made)).get_data(as_text=True)
    form = re.search(r'<form[^>]*action="[^"]*/stage".*?</form>', html, re.S).group()
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', one)) for one in re.findall("<input[^>]*>", form)]
    assert [one["type"] for one in inputs if one["name"].endswith("_done")] == ["hidden", *["checkbox"] * 6]
    sent = {one["name"]: one.get("value", "") for one in inputs if one["type"] not in ("checkbox", "file")}
    assert tayshet.coordinator.post(address(made, "/stage"), data=sent).status_code == 302
    db.session.expire_all()
    assert (made.stage, [step.reached_on for step in made.steps][-1]) == (Stage.assessment, date(2027, 3, 1))


def test_an_error_leads_to_the_stage_that_comes_next(tayshet, made):
    page = submit(tayshet.coordinator, made, "/stage", {}).get_data(as_text=True)
    assert '<a href="#launched_done">' in page
    assert re.findall(r'<fieldset[^>]*id="launched_done"', page)
    assert len(re.findall('id="launched_done-error"', page)) == 1


def test_several_stages_at_once(tayshet, made):
    data = step("launched", "2027-01-10", "первая семья") | step("operating", "2027-02-10")
    submit(tayshet.coordinator, made, "/stage", data)
    db.session.expire_all()
    assert made.stage is Stage.operating


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (step("launched", "2027-02-20"), "Укажите, чем это подтверждается"),
        (step("launched", "2027-03-02", "семья"), "Эта дата ещё не\u00a0наступила."),
        (step("launched", "2026-09-30", "семья"), "Это раньше предыдущей стадии."),
        (step("operating", "2027-02-20"), "Стадии идут по\u00a0порядку"),
        (step("launched", "", "семья"), "Укажите дату."),
        ({}, "Отметьте стадию, которую прошли."),
        (step("launched", "2027-02-20", "семья", evidence_url="javascript:alert(1)"), "начиная с\u00a0https://"),
    ],
)
def test_a_wrong_step_is_explained_at_its_field(tayshet, made, data, message):
    answer = submit(tayshet.coordinator, made, "/stage", data)
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
    db.session.expire_all()
    assert made.stage is Stage.safeguards


def test_a_bad_file_is_refused(tayshet, made):
    data = step("launched", "2027-02-20", "семья", file=(io.BytesIO(b"MZ"), "virus.exe"))
    assert submit(tayshet.coordinator, made, "/stage", data).status_code == 422


def test_two_people_at_once_lose_nothing(tayshet, made):
    client = tayshet.coordinator
    version = made.version
    data = {"version": str(version)} | step("launched", "2027-02-20", "первая семья")
    assert client.submit(address(made, "/stage"), data, page=address(made)).status_code == 302
    answer = client.submit(address(made, "/stage"), data, page=address(made))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "первая семья" in page
    assert "Внедрено" in page
    assert len(db.session.scalars(select(StageStep).where(StageStep.stage == Stage.launched)).all()) == 1


def test_back_and_out_and_in_again(tayshet, made):
    client = tayshet.coordinator
    assert submit(client, made, "/return", {"back-stage": "preparation", "back-reason": "Люди ушли"}).status_code == 302
    db.session.expire_all()
    assert made.stage is Stage.preparation
    data = {"leave-exit": "paused", "leave-reason": "money", "leave-note": "Нет ставки"}
    assert submit(client, made, "/exit", data).status_code == 302
    page = client.get(address(made)).get_data(as_text=True)
    assert "Нет денег. Нет ставки" in page
    client.submit(address(made, "/resumption"), page=address(made))
    db.session.expire_all()
    assert made.exit is None


def test_back_wants_a_reason(tayshet, made):
    client = tayshet.coordinator
    assert submit(client, made, "/return", {"back-stage": "preparation", "back-reason": ""}).status_code == 422
    assert submit(client, made, "/return", {"back-stage": "sustained", "back-reason": "x"}).status_code == 422
    assert submit(client, made, "/exit", {"leave-exit": "declined", "leave-reason": "none"}).status_code == 422


def test_the_forms_of_one_page_have_fields_of_their_own(tayshet, made):
    """Each id once, and what went wrong is said at the field of the form that was sent."""
    with writing():
        made.stage = Stage.launched
    wrong = {"back-stage": "preparation", "back-reason": ""}
    html = submit(tayshet.coordinator, made, "/return", wrong).get_data(as_text=True)
    ids = re.findall(r' id="([^"]+)"', html)
    assert [one for one in sorted(set(ids)) if ids.count(one) > 1] == []
    assert 'href="#back-reason"' in html
    assert re.findall(r'<(?:input|textarea|select)[^>]* aria-invalid="true"[^>]*>', html) == [
        re.search(r'<input[^>]* id="back-reason"[^>]*>', html).group()
    ]


def test_contact_and_aim_can_be_changed(tayshet, made):
    typed = {"contact_name": "Новая Нина", "contact_email": "nina@example.org", "aim": "Иначе", "units": "5"}
    data = {f"details-{name}": value for name, value in typed.items()}
    assert submit(tayshet.coordinator, made, "/details", data).status_code == 302
    db.session.expire_all()
    assert (made.contact_name, made.units) == ("Новая Нина", 5)
    assert submit(tayshet.coordinator, made, "/details", data | {"details-units": "много"}).status_code == 422


def test_the_curator_confirms_and_does_not_edit(tayshet, made):
    submit(tayshet.coordinator, made, "/stage", step("launched", "2027-02-20", "первая семья"))
    curator = tayshet.curator
    page = curator.get(address(made)).get_data(as_text=True)
    assert "Подтвердить запуск" in page
    assert "Отметить, что сделано" not in page
    assert (
        curator.submit(address(made, "/confirmation"), seen(curator, address(made)), page=address(made)).status_code
        == 302
    )
    assert "Запуск подтверждён регионом" in curator.get(address(made)).get_data(as_text=True)
    token = tayshet.coordinator.token(address(made))
    assert tayshet.coordinator.post(address(made, "/confirmation"), data={"csrf_token": token}).status_code == 404


def test_strangers_see_nothing(tayshet, made, client):
    assert client.get(address(made)).status_code == 302
    for name in ("neighbour", "outsider"):
        assert getattr(tayshet, name).get(address(made)).status_code == 404
    token = tayshet.neighbour.token("/practices/konsultant/adoption")
    for tail in ("/stage", "/return", "/exit", "/resumption", "/details"):
        assert tayshet.neighbour.post(address(made, tail), data={"csrf_token": token}).status_code == 404
    assert tayshet.outsider.get("/cabinet/").status_code == 404
    assert tayshet.coordinator.get("/cabinet/adoptions/NOSUCH").status_code == 404
    assert tayshet.coordinator.get(address(made, "/stage")).status_code == 405


def test_the_list_shows_what_was_interrupted_to_those_who_may(tayshet, made):
    with writing():
        other = adoption(factories.practice("Клуб отцов"), tayshet.organisation)
        other.exit, other.exit_reason = Exit.declined, None
    page = tayshet.curator.get("/manage/adoptions").get_data(as_text=True)
    assert "Клуб отцов" in page
    assert "Домашний консультант" in page
    only = tayshet.organiser.get("/manage/adoptions?state=exit").get_data(as_text=True)
    assert "Клуб отцов" in only
    assert "Домашний консультант" not in only
    assert "Клуб отцов" not in tayshet.curator.get("/manage/adoptions?q=консультант").get_data(as_text=True)
    assert tayshet.coordinator.get("/manage/adoptions").status_code == 404


def test_every_stage_and_exit_has_a_page(tayshet):
    with writing():
        codes = [
            adoption(factories.practice(f"Практика {stage.number}"), tayshet.organisation, stage).code
            for stage in Stage
        ]
    for code in codes:
        assert tayshet.coordinator.get(f"/cabinet/adoptions/{code}").status_code == 200
        assert tayshet.curator.get(f"/en/cabinet/adoptions/{code}").status_code == 200
    assert len(db.session.scalars(select(Adoption)).all()) == 8


def test_an_address_that_is_not_public_is_not_shown_to_whoever_takes_the_practice(tayshet, made):
    with writing():
        tayshet.practice.contact_email, tayshet.practice.contact_public = "hidden@example.org", False
    page = tayshet.coordinator.get(address(made)).get_data(as_text=True)
    assert "hidden@example.org" not in page
    assert '<a href="/practices/konsultant/question">Спросить автора</a>' in page
    assert tayshet.coordinator.get("/practices/konsultant/question").status_code == 200


def test_nobody_to_ask_no_link(tayshet, made):
    with writing():
        tayshet.practice.contact_email = ""
    assert "Спросить автора" not in tayshet.coordinator.get(address(made)).get_data(as_text=True)


def test_a_launch_nobody_has_confirmed_stands_under_what_is_prepared(tayshet):
    with writing():
        adoption(tayshet.practice, tayshet.organisation, Stage.launched, confirmed=False)
    page = tayshet.coordinator.get("/cabinet/").get_data(as_text=True)
    assert "<h2>У\u00a0нас работает</h2>" not in page
    assert "<h2>Готовим</h2>" in page
    for one in (page, tayshet.curator.get("/manage/adoptions").get_data(as_text=True)):
        assert "Запуск заявлен, подтверждается" in one.replace("\u00a0", " ")
        assert 'class="state ready"' in one
        assert 'class="state works"' not in one


def test_the_line_of_states_does_not_count_what_nobody_has_confirmed(tayshet, made):
    with writing():
        made.confirmed = False
        launched = adoption(factories.practice("Клуб"), tayshet.organisation, Stage.launched, confirmed=False)
    assert [item.state for item in state_line(launched)] == ["done", "current", "todo", "todo"]
    assert [item.date is None for item in state_line(launched)] == [False, False, True, True]
