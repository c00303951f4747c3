from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date
from math import ceil
from statistics import median as middle

import pytest
from sqlalchemy import select

from adoption import demo, operations, rules
from adoption.models import Adoption, Exit, ExitReason, Stage
from kernel.db import db
from kernel.panels import panels
from kernel.transaction import writing
from tests import factories
from tests.adoption.conftest import adoption, rows

pytestmark = pytest.mark.differs

ORDER = [stage.value for stage in Stage]


def going():
    return [row for row in rows() if not row["exit"]]


def state(row):
    """What is counted of a row of the file: since 6 November launches wait, those with a mentor since 20 October."""
    told = ["think", "think", "ready", "ready", "ready", "works", "works", "firm"][ORDER.index(row["stage"])]
    return "ready" if row["launched"] >= ("2026-10-20" if row["mentor"] else "2026-11-06") else told


def median(days):
    return ceil(middle(days))


RANK = {"think": 1, "ready": 2, "works": 3, "firm": 4}


def test_the_demo_comes_in_with_its_dates_and_again_changes_nothing(loaded):
    first = db.session.scalars(
        select(Adoption)
        .join(Adoption.practice)
        .where(Adoption.contact_email.contains("a.demonstratsionnaya"), Adoption.units == 18)
    ).one()
    assert (first.stage, first.units, len(first.steps)) == (Stage.operating, 18, 7)
    shown = {step.stage: step.evidence for step in first.steps}
    assert shown[Stage.preparation] == "приказ № 114 от 22.07.2026"
    assert shown[Stage.launched] == "обслужена первая семья 19.10.2026"
    assert first.steps[0].reached_on == date(2026, 6, 3)
    exits = db.session.scalars(select(Adoption).where(Adoption.exit == Exit.paused).order_by(Adoption.exit_date)).all()
    assert exits[0].exit_date == date(2026, 8, 21)
    with writing():
        assert demo.load_adoptions(rows()) == 0


def test_the_json_agrees_with_the_file(loaded, client):
    answer = client.get("/adoption.json").json
    wanted = defaultdict(dict)
    for row in going():
        known = wanted[row["practice"]].get(row["territory"], (0, 0))
        wanted[row["practice"]][row["territory"]] = (max(known[0], RANK[state(row)]), known[1] + 1)
    found = {
        line["slug"]: {place["oktmo"]: (RANK[place["state"]], place["organisations"]) for place in line["territories"]}
        for line in answer["practices"]
    }
    assert len(found) == len(wanted)
    assert sorted(map(sorted, (places.items() for places in found.values()))) == sorted(
        map(sorted, (places.items() for places in wanted.values()))
    )
    tiles = {tile["oktmo"]: tile["state"] for tile in answer["territories"]}
    furthest = {}
    for row in going():
        if row["territory"] in tiles:
            furthest[row["territory"]] = max(furthest.get(row["territory"], "think"), state(row), key=RANK.get)
    assert {oktmo: found for oktmo, found in tiles.items() if found} == furthest
    assert len(tiles) == 42


def test_a_territory_does_not_count_those_who_only_prepare_as_working(loaded, client):
    """Three organisations of Tayshet took it: one works by it, one prepares, one thinks."""
    page = client.get(f"/territories/{factories.TAYSHET}").get_data(as_text=True)
    assert "в 1 учреждении из 3" in page.replace("\u00a0", " ")
    assert "в\u00a03\u00a0учреждениях" not in page
    line = next(
        line for line in client.get("/adoption.json").json["practices"] if line["slug"] == "domashniy-konsultant"
    )
    place = next(place for place in line["territories"] if place["oktmo"] == factories.TAYSHET)
    assert (place["state"], place["in_state"], place["organisations"]) == ("works", 1, 3)


def test_a_state_is_told_only_of_those_who_reached_it(tayshet, client):
    """One established and one working are not two established; two preparing and one thinking not three preparing."""
    with writing():
        for stage in (Stage.sustained, Stage.launched):
            adoption(tayshet.practice, factories.organisation(), stage)
        other = factories.practice("Клуб отцов")
        for stage in (Stage.staffing, Stage.preparation, Stage.interest):
            adoption(other, factories.organisation(), stage)
    page = client.get(f"/territories/{factories.TAYSHET}").get_data(as_text=True).replace("\u00a0", " ")
    assert "в 1 учреждении из 2" in page
    assert "в 2 учреждениях из 3" in page


def test_the_figures_computed_another_way(loaded, client):
    values = [figure["value"] for figure in client.get("/adoption.json").json["figures"]]
    working = [row for row in going() if state(row) in ("works", "firm")]
    municipalities = {row["territory"] for row in working} - {factories.REGION}
    days = [(date.fromisoformat(row["launched"]) - date.fromisoformat(row["interest"])).days for row in working]
    assert values[:4] == [
        f"{len(municipalities)} из\u00a042",
        str(len(working)),
        str(len({row["practice"] for row in working})),
        f"{median(days)}\u00a0дней",
    ]


def test_the_page_the_tables_and_english(loaded, client):
    page = client.get("/adoption/").get_data(as_text=True)
    assert "Демонстрационные данные" in page
    for path in ("/adoption/?sort=name", "/en/adoption/"):
        assert client.get(path).status_code == 200
    text = client.get("/adoption.csv").data.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert lines[0][:6] == [
        "Практика",
        "Муниципалитет",
        "Код ОКТМО",
        "Состояние",
        "Организации",
        "Из\u00a0них работает",
    ]
    assert lines[0][6:] == ["Запуск заявлен, подтверждается", "Демонстрационные данные"]
    assert {line[7] for line in lines[1:]} == {"да"}
    pairs = {(row["practice"], row["territory"]) for row in going()}
    assert len(lines) - 1 == len(pairs)
    assert sum(int(line[4]) for line in lines[1:]) == len(going())
    assert client.get("/adoption.xlsx").data[:2] == b"PK"


def test_interrupted_work_is_not_public(tayshet, client):
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation, Stage.launched)
    assert [line["slug"] for line in client.get("/adoption.json").json["practices"]] == ["konsultant"]
    with writing():
        operations.leave(made, Exit.stopped, ExitReason.money, "Деньги кончились", by=None)
    for path in ("/adoption/", "/adoption.json", "/practices/konsultant", f"/territories/{factories.TAYSHET}"):
        text = client.get(path).get_data(as_text=True)
        assert "Деньги" not in text
        assert "Центр помощи семье Тайшетского" not in text
    assert client.get("/adoption.json").json["practices"] == []


def test_an_empty_picture_invites(app, client):
    assert "Пока никто не\u00a0взял ни\u00a0одной практики" in client.get("/adoption/").get_data(as_text=True)


def test_pages_follow_a_move_at_once(tayshet, client):
    client.get("/adoption/")
    territory = f"/territories/{factories.TAYSHET}"
    assert "Практик соседей пока не\u00a0взяли." in client.get(territory).get_data(as_text=True)
    with writing():
        made = adoption(tayshet.practice, tayshet.organisation)
    assert "в\u00a01\u00a0учреждении" in client.get(territory).get_data(as_text=True)
    assert "Тайшетский муниципальный округ: думаем\u00a0— 1" in client.get("/adoption/").get_data(as_text=True)
    with writing():
        told = [*map(made_up, list(Stage)[1:6])]
        operations.move(made, told, by=None, sure=rules.signature(rules.doubts(made.steps, told)))
    waits = "Тайшетский муниципальный округ: готовим\u00a0— 1, запуск заявлен, подтверждается\u00a0— 1"
    assert waits in client.get("/adoption/").get_data(as_text=True)
    for page in (territory, "/practices/konsultant"):
        assert "запуск заявлен, подтверждается" in client.get(page).get_data(as_text=True)
    assert client.get("/practices.json?readiness=working").json["total"] == 0
    with writing():
        operations.confirm(made, by=None)
    for page in (territory, "/practices/konsultant"):
        assert "запуск заявлен" not in client.get(page).get_data(as_text=True)
    assert client.get("/practices.json?readiness=working").json["total"] == 1
    assert "Тайшетский муниципальный округ: работает\u00a0— 1" in client.get("/adoption/").get_data(as_text=True)
    practice = client.get("/practices/konsultant").get_data(as_text=True)
    assert "Тайшетский муниципальный округ: работает, участвует 1\u00a0организация" in practice
    assert client.get(f"/practices.json?territory={factories.TAYSHET}").json["total"] == 1


def made_up(stage):
    from adoption.rules import Reached

    return Reached(stage, date(2027, 1, 1), "приказ № 1")


def test_panels_for_the_front_page(app, tayshet):
    with app.test_request_context("/"):
        assert panels("home.map") == ""
        assert panels("home.figures") == ""
    with writing():
        adoption(tayshet.practice, tayshet.organisation, Stage.launched)
    with app.test_request_context("/"):
        assert "Карта муниципалитетов" in panels("home.map")
        assert "1 из\u00a042" in panels("home.figures")
