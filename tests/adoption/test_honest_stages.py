"""Stages are what somebody can show: permanent takes a confirmed launch and its time, doubts are asked about once."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from activity.models import Entry
from adoption import operations
from adoption.cabinet import launches
from adoption.cli import adoption_cli
from adoption.models import Confirmer, Stage
from adoption.operations import MoveRefused
from adoption.rules import Fault, Reached
from adoption.sheet import queries
from kernel.db import db
from kernel.transaction import writing
from tests import factories
from tests.adoption.conftest import adoption, call_permanent, reached
from tests.adoption.quarter_world import asked, book, fresh, link_of, rows_of, said, text_of

DAY, ORDER = "2027-02-26", "приказ № 15-п"
PDF = b"%PDF-1.4\n%%EOF\n"


def seven(made, stages=tuple(Stage)[1:], **more):
    """The stages on one day by one order."""
    data = {"version": str(made.version), **more}
    for stage in stages:
        data |= {f"{stage.value}_done": "y", f"{stage.value}_on": DAY, f"{stage.value}_evidence": ORDER}
    return data


def note(tayshet, made, data, client="coordinator"):
    page = f"/cabinet/adoptions/{made.code}"
    return getattr(tayshet, client).submit(f"{page}/stage", data, page=page)


def sure(page):
    """The tick's value on the page."""
    return re.search(r'name="sure"[^>]*value="(\w+)"', page)[1]


def stage_of(made):
    db.session.expire_all()
    return made.stage


@pytest.fixture
def made(tayshet):
    with writing():
        return adoption(tayshet.practice, tayshet.organisation, by=tayshet.people.coordinator)


def test_seven_stages_on_one_day_are_not_permanent(tayshet, made, client):
    page = text_of(note(tayshet, made, seven(made)))
    assert "Сначала запуск должен подтвердить автор, наставник или регион." in page
    assert page.count("В один день, 26.02.2027: «Оценка применимости»") == 2  # above the form and at the tick
    assert "Подтверждаются одним и тем же, «приказ № 15-п»:" in page
    assert note(tayshet, made, seven(made, sure=sure(page))).status_code == 422
    assert stage_of(made) is Stage.interest
    six = tuple(Stage)[1:7]
    answer = note(tayshet, made, seven(made, six, sure=sure(text_of(note(tayshet, made, seven(made, six))))))
    assert (answer.status_code, stage_of(made)) == (302, Stage.operating)
    entry = db.session.scalars(select(Entry).where(Entry.action == "adoption.moved")).one()
    assert entry.details == {"stage": "operating", "sure": True}
    own = text_of(tayshet.coordinator.get(f"/cabinet/adoptions/{made.code}"))
    assert "Дождаться подтверждения запуска: до него практика не считается закреплённой" in own
    assert "Отметить можно через 180 дней после первого результата, когда запуск подтвердят со стороны." in own
    for path in ("/adoption/", "/adoption.json", f"/territories/{factories.TAYSHET}", "/practices/konsultant"):
        assert "готовим" in text_of(client.get(path)).lower() or "ready" in text_of(client.get(path))
    told = text_of(tayshet.curator.get("/manage/adoption/sheet"))
    assert "закреплено" not in told.lower()
    assert re.search(r"«Домашний консультант»</a>&nbsp;— проверка главного согласована, 26.02.2027", told)


def test_a_doubt_is_asked_about_once(tayshet, made):
    two = (Stage.assessment, Stage.preparation)
    page = text_of(note(tayshet, made, seven(made, two)))
    assert 'name="sure"' in page
    assert "Так бывает. Проверьте ещё раз и отметьте, если менять ничего не нужно." in page
    assert page.count(f'value="{ORDER}"') == 2
    assert "checked" not in re.search(r'<input[^>]*name="sure"[^>]*>', page)[0]
    assert note(tayshet, made, seven(made, two, sure=sure(page))).status_code == 302
    assert 'name="sure"' not in text_of(tayshet.coordinator.get(f"/cabinet/adoptions/{made.code}"))
    assert stage_of(made) is Stage.preparation


def test_a_tick_says_nothing_of_the_next_doubt(tayshet, made):
    two = (Stage.assessment, Stage.preparation)
    first = sure(text_of(note(tayshet, made, seven(made, two))))
    other = {"assessment_on": "2027-02-25", "preparation_on": "2027-02-25"}
    for data in (seven(made, two, sure="y"), seven(made, two, sure=first) | other):
        page = text_of(note(tayshet, made, data))
        assert "Так бывает." in page
        assert "checked" not in re.search(r'<input[^>]*name="sure"[^>]*>', page)[0]
    assert (sure(page) == first, stage_of(made)) == (False, Stage.interest)
    wrong = text_of(note(tayshet, made, seven(made, two, sure=first) | {"evidence_url": "example.org"}))
    assert "checked" in re.search(r'<input[^>]*name="sure"[^>]*>', wrong)[0]
    assert sure(wrong) == first
    assert note(tayshet, made, seven(made, two, sure=sure(page)) | other).status_code == 302


def test_a_file_sent_with_a_doubt_is_asked_for_again(tayshet, made):
    data = seven(made, (Stage.assessment, Stage.preparation)) | {"file": (io.BytesIO(PDF), "prikaz.pdf")}
    page = text_of(note(tayshet, made, data))
    assert "Приложите файл ещё раз: браузер его не хранит." in page


def test_other_days_with_other_papers_are_not_asked_about(tayshet, made):
    data = seven(made, (Stage.assessment, Stage.preparation))
    data |= {"assessment_on": "2027-02-25", "assessment_evidence": "опрос 40 семей"}
    assert note(tayshet, made, data).status_code == 302


def test_permanent_after_180_days_of_a_confirmed_launch(tayshet):
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.operating)
        launch = next(step for step in made.steps if step.stage is Stage.launched)
        launch.reached_on = date(2026, 8, 28)
    data = {"version": str(made.version), "sustained_done": "y", "sustained_evidence": "штатное расписание"}
    page = text_of(note(tayshet, made, data | {"sustained_on": "2027-02-23"}))
    assert "Рано: закреплённой практика считается через 180 дней после первого результата." in page
    assert "Отметить можно с 24.02.2027: через 180 дней после подтверждённого первого результата." in page
    assert note(tayshet, made, data | {"sustained_on": "2027-02-24"}).status_code == 302
    assert stage_of(made) is Stage.sustained
    own = text_of(tayshet.coordinator.get(f"/cabinet/adoptions/{made.code}"))
    assert "Практика держится сама." in own


def test_the_link_asks_alike(tayshet, client):
    quarter = asked(tayshet)
    question, prepares = quarter.q_prepares, quarter.prepares
    link = link_of(question)
    path = f"{link}/stages/{question.code}"
    client.submit(link, {"name": "Ответственная Ольга"} | said(question, "progress", seen=0))
    fresh(prepares)
    data = {"version": str(prepares.version), "safeguards_done": "y", "safeguards_evidence": "приказ № 4"}
    data |= {"safeguards_on": "2026-09-01"}
    page = text_of(client.submit(path, data, page=path))
    assert "В один день, 01.09.2026: «Кадры обучены», «Проверка главного согласована»." in page
    assert client.submit(path, data | {"sure": "y"}, page=path).status_code == 422
    moved = {"safeguards_evidence": "приказ № 3"}  # of the preparation
    asked_anew = text_of(client.submit(path, data | moved | {"sure": sure(page)}, page=path))
    assert (sure(asked_anew) == sure(page), stage_of(prepares)) == (False, Stage.staffing)
    assert client.submit(path, data | {"sure": sure(page)}, page=path).location == link
    assert stage_of(prepares) is Stage.safeguards


def test_the_link_does_not_call_permanent_what_nobody_has_confirmed(tayshet, client):
    quarter = asked(tayshet)
    question, works = quarter.q_works, quarter.works
    with writing():
        launch = next(step for step in works.steps if step.stage is Stage.launched)
        launch.confirmed_at, works.confirmed = None, False
    link = link_of(question)
    path = f"{link}/stages/{question.code}"
    client.submit(link, {"name": "Ольга"} | said(question, "progress", seen=0, served=20))
    fresh(works)
    data = {"version": str(works.version), "sustained_done": "y", "sustained_on": DAY, "sustained_evidence": "акт № 9"}
    answer = client.submit(path, data, page=path)
    assert "Сначала запуск должен подтвердить" in text_of(answer)
    assert (answer.status_code, stage_of(works)) == (422, Stage.operating)


def test_a_table_and_a_letter_move_no_stage_and_say_what_is_unconfirmed(tayshet, client):
    quarter = asked(tayshet)
    question, works = quarter.q_works, quarter.works
    with writing():
        launch = next(step for step in works.steps if step.stage is Stage.launched)
        launch.confirmed_at, works.confirmed = None, False
    row = next(
        row for row in rows_of(quarter.coordinator.get("/cabinet/quarter.xlsx").data) if row["ID"] == question.code
    )
    assert row["Сейчас"] == "Работает (запуск заявлен, подтверждается)"
    filled = book([{"ID": question.code, "Ответ": "Есть сдвиг", "Помогли с начала": 30, "Кто ответил": "О."}])
    page = "/cabinet/quarter/file"
    sent = quarter.coordinator.submit(page, {"file": (io.BytesIO(filled), "a.xlsx")})
    quarter.coordinator.submit(f"{sent.location}/confirmation", page=sent.location)
    fresh(question, works)
    assert (question.current.served, works.stage, works.confirmed) == (30, Stage.operating, False)


def test_a_move_without_the_page_is_held_to_the_same(tayshet):
    """Whatever the way: the operation itself refuses."""
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.operating, confirmed=False)
    with writing(), pytest.raises(MoveRefused) as refusal:
        operations.move(made, reached(Stage.sustained), by=None)
    assert refusal.value.faults == [(Stage.sustained, Fault.unconfirmed)]
    same = [Reached(Stage.sustained, date(2027, 2, 1), "приказ № 7")]
    with writing(), pytest.raises(MoveRefused) as refusal:
        operations.confirm(made, by=None)
        made.steps[5].reached_on = date(2026, 1, 1)
        operations.move(made, same, by=None)
    assert (refusal.value.faults, [doubt.evidence for doubt in refusal.value.doubts]) == ([], ["приказ № 7"])


@pytest.fixture
def installed(tayshet):
    """What releases before the rule allowed: permanent unconfirmed, permanent at once, and permanent in its time."""
    with writing():
        claimed = adoption(tayshet.practice, tayshet.organisation, Stage.operating, confirmed=False)
        call_permanent(claimed, date(2027, 2, 24))
        early = adoption(tayshet.practice, factories.organisation("Школа № 5"), Stage.operating)
        call_permanent(early, date(2027, 2, 25))
        good = adoption(tayshet.practice, factories.organisation("Школа № 6"), Stage.sustained)
    return claimed, early, good


def test_installed_rows_keep_their_stage_and_are_listed(app, tayshet, installed):
    claimed, early, good = installed
    listed = app.test_cli_runner().invoke(adoption_cli, ["doubtful"]).output
    assert f"! {claimed.code}" in listed
    assert "launched 2026-11-01, not confirmed; permanent 2027-02-24" in listed
    assert f"! {early.code}" in listed
    assert good.code not in listed
    assert "permanent before its time, 180 days after a confirmed launch: 2" in listed
    assert [stage_of(one) for one in installed] == [Stage.sustained] * 3
    everything = text_of(tayshet.curator.get("/manage/adoptions"))
    assert "2 практики отмечены закреплёнными раньше срока" in everything
    page = text_of(tayshet.curator.get("/manage/adoptions?state=hasty"))
    codes = set(re.findall(r"/cabinet/adoptions/(\w+)", page))
    assert codes == {claimed.code, early.code}
    own = text_of(tayshet.coordinator.get(f"/cabinet/adoptions/{claimed.code}"))
    assert "Практика держится сама" not in own
    assert "Практика отмечена закреплённой раньше срока" in own


def test_the_sheet_tells_nothing_that_nobody_has_confirmed(tayshet, installed):
    claimed, early, _good = installed
    found = {move.code: move.what for move in queries.sheet(tayshet.people.curator).moves}
    assert found[claimed.code] == "Проверка главного согласована"
    assert found[early.code] == "Закреплено"
    with writing():
        operations.hold(claimed)
        operations.confirm(claimed, by=None)
    found = {move.code: move.what for move in queries.sheet(tayshet.people.curator).moves}
    assert found[claimed.code] == "Закреплено"


def test_a_launch_confirmed_since_monday_has_moved_since_monday(tayshet):
    from datetime import UTC, datetime

    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.launched, confirmed=False)
        for step in made.steps:
            step.recorded_at = datetime(2026, 11, 2, tzinfo=UTC)
    person = tayshet.people.curator
    assert queries.sheet(person).moves == []
    with writing():
        operations.confirm(made, by=None)
    assert [(move.code, move.what) for move in queries.sheet(person).moves] == [(made.code, "Внедрено")]


@pytest.fixture
def reported(tayshet):
    """A launch reported with a file and by the paper of another stage, with a mentor who may confirm it."""
    practice, people = tayshet.practice, tayshet.people
    with writing():
        mentor = adoption(practice, factories.organisation("Школа Куйтуна", factories.KUYTUN), Stage.operating)
        made = adoption(practice, tayshet.organisation, Stage.safeguards, by=people.coordinator, confirmed=False)
        made.source_adoption_id = mentor.id
    data = {"version": str(made.version), "launched_done": "y", "launched_on": DAY}
    data |= {"launched_evidence": "приказ № 3", "evidence_url": "https://example.org/news"}
    data["sure"] = sure(text_of(note(tayshet, made, data)))
    note(tayshet, made, data | {"file": (io.BytesIO(PDF), "akt.pdf")})
    assert stage_of(made) is Stage.launched
    return made


def test_what_shows_a_launch_stands_beside_every_button(tayshet, client, reported):
    author = launches.link_path(reported)
    for where, path, file in (
        (tayshet.curator, "/work", f"/cabinet/adoptions/{reported.code}/files/{reported.steps[-1].id}"),
        (tayshet.curator, f"/cabinet/adoptions/{reported.code}", ""),
        (tayshet.neighbour, f"/cabinet/launches/{reported.code}", f"/cabinet/launches/{reported.code}/file"),
        (client, author, f"{author}/file"),
    ):
        page = text_of(where.get(path))
        block = page[page.index("День первого результата") :]
        block = block[: block.index("</ul>")]
        assert "26 февраля 2027 года" in block
        assert "приказ № 3" in block
        assert 'href="https://example.org/news"' in block
        assert "akt.pdf" in block
        assert "Районная Рита Тестовна" in block
        assert "Подтверждаются одним и тем же, «приказ № 3»: «Подготовка», «Внедрено»." in block
        if file:
            assert f'href="{file}"' in block
            assert where.get(file).data == PDF
    assert tayshet.outsider.get(f"/cabinet/launches/{reported.code}/file").status_code == 404
    assert client.get(f"{author[:-3]}abc/file").status_code == 404


def test_who_is_not_confirmed_confirms_nobody(tayshet, reported):
    with writing():
        mentor = reported.mentor
        mentor.confirmed = False
        next(step for step in mentor.steps if step.stage is Stage.launched).confirmed_at = None
    assert launches.role_of(tayshet.people.neighbour, reported) is None
    assert launches.role_of(tayshet.people.curator, reported) is Confirmer.curator
    assert "Подтвердите запуск у тех, кому помогали" not in text_of(tayshet.neighbour.get("/cabinet/"))


def test_the_summary_says_of_which_stage(tayshet, made):
    data = seven(made, (Stage.assessment, Stage.preparation))
    data |= {"assessment_on": "2027-12-01", "preparation_on": "2027-12-02", "preparation_evidence": ""}
    summary = re.search(r'<div class="summary".*?</div>', text_of(note(tayshet, made, data)), re.S)[0]
    told = [re.sub(r"<[^>]+>", "", line) for line in re.findall(r"<li>(.*?)</li>", summary)]
    assert [line.split(". ")[0] for line in told] == ["Оценка применимости", "Подготовка", "Подготовка"]
