"""The adviser's sheet: whose it is, what it says, that it fits a page."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from accounts.enums import Role, ScopeKind
from adoption import handover, operations, stall
from adoption.models import Adoption, Exit, ExitReason, Stage
from adoption.sheet import documents, queries
from kernel.transaction import writing
from tests import factories
from tests.adoption.conftest import Tayshet, adoption

SHEET = "/manage/adoption/sheet"
EVERY = (SHEET, f"{SHEET}.pdf", "/manage/adoption/standing", "/manage/adoption/standing.xlsx")
OTHER_REGION = "38000000"


def plain(answer) -> str:
    return answer.get_data(as_text=True).replace("\xa0", " ")


@dataclass(frozen=True)
class Stalled(Tayshet):
    """Five who went on in the month the dates of the tests leave, and one in Tayshet that has stood since July."""

    slow: Adoption


@pytest.fixture
def stalled(tayshet) -> Stalled:
    with writing():
        for number in range(stall.ENOUGH_TO_BE_USUAL):
            adoption(factories.practice(f"Быстрая {number}"), factories.organisation(), Stage.preparation)
        slow = adoption(tayshet.practice, tayshet.organisation, Stage.assessment)
    return Stalled(**vars(tayshet), slow=slow)


def test_what_the_curator_reads(stalled):
    page = plain(stalled.curator.get(SHEET))
    assert "Тайшетский муниципальный округ" in page
    assert "На подготовке — 243 дня, обычно 31. Спросите, издан ли приказ." in page
    assert "практику «Домашний консультант» взяли 1 июня 2026 года" in page
    assert "Районная Рита Тестовна" in page
    assert "Ответственная Ольга Тестовна" in page
    assert "olga@example.org" in page
    assert "приказ № 2" in page
    assert f'href="/cabinet/adoptions/{stalled.slow.code}"' in page
    assert "дольше обычного более чем в 2 раза" in page


def test_the_curator_finds_it_among_the_work_areas(stalled):
    assert f'href="{SHEET}"' in plain(stalled.curator.get("/work"))


@pytest.mark.parametrize("role", [Role.curator, Role.approver, Role.analyst])
def test_everybody_in_another_region_sees_nothing(stalled, sign_in, role):
    with writing():
        person = factories.give(factories.user(), role, ScopeKind.territory, factories.territory(OTHER_REGION).id)
    client = sign_in(person)
    for path in EVERY:
        assert client.get(path).status_code == 200
        assert client.get(f"{path}?territory={factories.TAYSHET}").status_code == 404
    page = plain(client.get(SHEET))
    assert "Тайшетский" not in page
    assert "Пока никто не взял ни одной практики" in page
    assert "0 из 0" not in page
    assert "Пока никто не взял ни одной практики" in plain(client.get("/manage/adoption/standing"))
    assert "Пока никто не взял ни одной практики" in plain(client.get("/manage/adoptions"))
    assert queries.sheet(person).moved == 0


def test_telephones_are_seen_by_those_the_field_names(stalled, sign_in):
    """Coordinators, curators and organisers: not by analysts and approvers, who read the same pages."""
    with writing():
        stalled.slow.contact_phone = "8 (395) 200-00-00"
        here = factories.territory(factories.TAYSHET).id
        people = {
            role: factories.give(factories.user(), role, ScopeKind.territory, here)
            for role in (Role.curator, Role.analyst, Role.approver)
        }
    pages = [SHEET, "/manage/adoption/standing", f"/cabinet/adoptions/{stalled.slow.code}"]
    for role, person in people.items():
        client = sign_in(person)
        seen = ["200-00-00" in plain(client.get(page)) for page in pages]
        assert seen == [role is Role.curator] * 3, role
    assert "200-00-00" in plain(stalled.coordinator.get(pages[2]))


def test_one_territory(stalled, sign_in):
    with writing():
        person = factories.give(
            factories.user(), Role.analyst, ScopeKind.territory, factories.territory(factories.KUYTUN).id
        )
        other = adoption(stalled.practice, factories.organisation(oktmo=factories.KUYTUN), Stage.assessment)
    assert [case.adoption.id for case in queries.sheet(person).cases] == [other.id]
    client = sign_in(person)
    assert client.get(f"{SHEET}?territory={factories.KUYTUN}").status_code == 200
    assert client.get(f"{SHEET}?territory={factories.TAYSHET}").status_code == 404
    both = stalled.curator
    assert "Куйтунский муниципальный район:" in plain(both.get(SHEET))
    assert "Куйтунский муниципальный район:" not in plain(both.get(f"{SHEET}?territory={factories.TAYSHET}"))


@pytest.mark.parametrize("path", EVERY)
def test_nobody_else_opens_it(stalled, client, path):
    assert client.get(path).status_code == 302
    assert stalled.outsider.get(path).status_code == 404
    assert stalled.coordinator.get(path).status_code == 404
    assert stalled.curator.post(path).status_code == 405
    for bad in ("x" * 300, "-1", "25536000'"):
        assert stalled.curator.get(f"{path}?territory={bad}").status_code == 404


def test_the_rest_has_a_page(stalled):
    with writing():
        for number in range(queries.LIMIT + 1):
            adoption(factories.practice(f"Ждущая {number}"), factories.organisation(), Stage.assessment)
    page = plain(stalled.curator.get(SHEET))
    assert page.count("Спросите") == queries.LIMIT
    assert re.search(r'<a href="/manage/adoption/standing">и ещё (\d+)</a>', page)[1] == "2"
    whole = plain(stalled.curator.get("/manage/adoption/standing"))
    assert whole.count("Спросите") == queries.LIMIT + 2
    for query in ("page=5", "page=-1", "page=x"):
        answer = plain(stalled.curator.get(f"/manage/adoption/standing?{query}"))
        assert answer.count("Спросите") == queries.LIMIT + 2


def test_the_whole_list_as_a_workbook(stalled, monkeypatch):
    with writing():
        for number in range(queries.LIMIT + 1):
            adoption(factories.practice(f"=Ждущая {number}"), factories.organisation(), Stage.assessment)
    path = "/manage/adoption/standing.xlsx"
    assert f'href="{path}"' in plain(stalled.curator.get("/manage/adoption/standing"))

    def book() -> CalamineWorkbook:
        answer = stalled.curator.get(path)
        assert answer.headers["Content-Disposition"] == "attachment; filename=standing-2027-03-01.xlsx"
        return CalamineWorkbook.from_filelike(io.BytesIO(answer.data))

    head, *lines = book().get_sheet_by_index(0).to_python()
    assert head[:4] == ["Муниципалитет", "Практика", "Организация", "Стадия"]
    assert head[4:] == ["Дней в стадии", "Обычно, дней", "Кому позвонить", "Что сказать"]
    assert len(lines) == queries.LIMIT + 2
    first = next(row for row in lines if row[1] == "Домашний консультант")
    assert (first[0], first[4:6]) == ("Тайшетский муниципальный округ", [243, 31])
    assert "Ответственная Ольга Тестовна, olga@example.org" in first[6]
    assert "Спросите, издан ли приказ." in first[7].replace("\xa0", " ")
    assert "'=Ждущая 0" in [row[1] for row in lines]
    monkeypatch.setattr(queries, "CASES_IN_A_WORKBOOK", 3)
    assert len(book().get_sheet_by_index(0).to_python()) == 4
    assert "и ещё 4" in str(book().get_sheet_by_index(1).to_python()).replace("\\xa0", " ")


def test_what_is_interrupted_does_not_stand(stalled):
    with writing():
        operations.leave(stalled.slow, Exit.paused, ExitReason.staff, "Ждём ставку", by=None)
    made = queries.sheet(stalled.people.curator)
    assert (made.standing, made.paused) == (0, 1)
    assert "работа прервана" in [move.what for move in made.moves]


def test_names_in_quotes_nest(tayshet):
    assert queries.quoted("Клуб «Устойчивая семья»") == "«Клуб „Устойчивая семья“»"


def test_one_page_whatever_stands_in_it(stalled, app):
    long = "Длинное наименование учреждения социального обслуживания населения " * 3
    with writing():
        for number in range(12):
            practice = factories.practice((f"{number} " + long)[:250])
            who = factories.organisation((f"{number} " + long)[:250])
            made = adoption(practice, who, Stage.assessment)
            made.contact_name = "Константинопольская-Преображенская Александра Вячеславовна"
            made.contact_email = f"{'very.long.name' * 4}{number}@department-of-education.example.org"
            for step in made.steps:
                step.evidence = long
        factories.coordinator()
    with app.test_request_context(SHEET):
        body = documents.render(queries.sheet(stalled.people.curator))
    assert body.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", body)) == 1


def test_the_pdf_opens_in_the_browser(stalled):
    answer = stalled.curator.get(f"{SHEET}.pdf?territory={factories.TAYSHET}")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "inline; filename=adoption-2027-03-01.pdf"


def test_english(stalled):
    page = plain(stalled.curator.get("/en" + SHEET))
    assert "Ask whether the order is signed." in page


def test_it_asks_as_often_for_one_as_for_many(stalled, count_queries):
    numbers = []
    stalled.curator.get(SHEET)  # what the site says of itself is kept from now on
    for more in (1, 8):
        with writing():
            for number in range(more):
                oktmo = (factories.KUYTUN, factories.TULUN)[number % 2]
                adoption(factories.practice(), factories.organisation(oktmo=oktmo), Stage.assessment)
        with count_queries() as counted:
            assert stalled.curator.get(SHEET).status_code == 200
        numbers.append(counted.number)
    assert numbers == [16, 16]


# The rule itself


def test_usual_is_the_median_of_those_who_went_on():
    some = [(Stage.interest, 1, 1), (Stage.interest, 30, 1), (Stage.interest, 10, 1), (Stage.interest, 11, 1)]
    assert stall.usual_days(some) == {}
    assert stall.usual_days([*some, (Stage.interest, 3, 1)]) == {Stage.interest: 10}
    assert stall.usual_days([*some, (Stage.interest, 3, 3)]) == {Stage.interest: 3}


def test_twice_the_usual_is_not_yet_standing():
    usual = {Stage.interest: 10}
    now = [(1, Stage.interest, date(2027, 1, 1))]
    assert stall.standing(now, usual, date(2027, 1, 21)) == []
    stay = stall.standing(now, usual, date(2027, 1, 22))[0]
    assert (stay.days, stay.usual) == (21, 10)


def test_a_working_practice_is_left_in_peace():
    usual = {Stage.launched: 10, Stage.operating: 200, Stage.sustained: 1}
    assert stall.patience(Stage.launched, usual) == 90
    assert stall.patience(Stage.operating, usual) == 400
    assert stall.patience(Stage.sustained, usual) is None
    assert stall.patience(Stage.interest, usual) is None


def test_the_longest_over_its_time_comes_first():
    now = [(1, Stage.interest, date(2027, 1, 1)), (2, Stage.assessment, date(2026, 12, 20))]
    found = stall.standing(now, {Stage.interest: 5, Stage.assessment: 20}, date(2027, 2, 1))
    assert [stay.adoption_id for stay in found] == [1, 2]


def test_whom_one_can_ring_stands_first(stalled):
    with writing():
        stalled.slow.contact_phone = "8 (395) 200-00-00"
    (case,) = queries.sheet(stalled.people.curator).cases
    assert [(one.role, one.phone) for one in case.contacts] == [
        ("Отвечает за внедрение", "8 (395) 200-00-00"),
        ("Координатор", ""),
    ]
    assert '<a href="tel:83952000000">' not in plain(stalled.curator.get(SHEET))
    assert '<a href="tel:+73952000000">8 (395) 200-00-00</a>' in plain(stalled.curator.get(SHEET))
    with writing():
        stalled.slow.contact_email = stalled.people.coordinator.email
    (case,) = queries.sheet(stalled.people.curator).cases
    assert [(one.role, one.phone) for one in case.contacts] == [("Координатор", "8 (395) 200-00-00")]


def test_the_telephone_goes_with_its_person_when_work_is_handed_over(stalled):
    giver, taker = stalled.people.coordinator, stalled.people.neighbour
    with writing():
        stalled.slow.contact_email, stalled.slow.contact_phone = giver.email, "8 (395) 200-00-00"
    with writing():
        handover.pass_on(giver, taker, None)
    assert (stalled.slow.contact_email, stalled.slow.contact_phone) == (taker.email, "")
