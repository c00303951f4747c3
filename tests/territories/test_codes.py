"""Codes as files have them: floats, without their first zero, under other names, or only a name."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kernel.db import db
from kernel.i18n import speaking
from kernel.transaction import writing
from territories import importer
from territories.cells import read_code
from territories.map import boundaries
from territories.models import Boundary
from tests import factories

CASES = Path(__file__).parents[1] / "cases"
SQUARE = {"type": "Polygon", "coordinates": [[[104, 52], [104.2, 52], [104.2, 52.2], [104, 52.2], [104, 52]]]}


def said(texts):
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts]


def planned(*properties):
    features = [{"type": "Feature", "properties": one, "geometry": SQUARE} for one in properties]
    with speaking("ru"):
        return boundaries.plan(json.dumps({"type": "FeatureCollection", "features": features}).encode(), "©")


def test_ways_to_write_a_code_in_boundaries(app):
    with speaking("ru"):
        plan = boundaries.plan((CASES / "09-codes.geojson").read_bytes(), "©")
    assert [row.title.split(" · ")[0] for row in plan.rows] == [
        "25701000",
        "25709000",
        "25536000",
        "01701000",
        "25714000",
        "25720000",
        "25726000",
        "—",
        "25602000",
    ]
    assert said(plan.rows[3].warnings)[0] == "Код потерял первый ноль: 1701000 → 01701000."
    assert said(plan.rows[7].doubts) == ["Кода нет: найдено по названию, 25536000 Тайшетский муниципальный округ."]
    assert [said(row.messages) for row in plan.rows if row.messages] == [["Тот же код у объекта 3."]]


@pytest.mark.parametrize(
    "properties",
    [
        {"oktmo": 25701000.0},
        {"oktmo": "25701000.0"},
        {"OKTMO_CODE": " 25 701 000 "},
        {"ref:oktmo": "25701000"},
        {"Код ОКТМО": 25701000},
        {"tags": {"oktmo:user": "25701000"}},
        {"oktmo": "25701000000"},
        {"oktmo": None, "id": "relation/1", "code": "25701000"},
    ],
)
def test_a_code_under_other_names_and_in_other_forms(app, properties):
    assert planned(properties).rows[0].title == "25701000 · —"


def test_a_name_alone_is_suggested_and_comes_in_when_confirmed(app, sign_in):
    with writing():
        client = sign_in(factories.administrator())
    tulun = factories.territory("25732000")
    body = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": {"name": tulun.name}, "geometry": SQUARE}],
        }
    ).encode()
    page = "/manage/territories/boundaries"
    file = (io.BytesIO(body), "b.geojson")
    preview = client.submit(page, {"file": file, "credit": "©"}, content_type="multipart/form-data").location
    shown = client.get(preview).get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert f"Кода нет: найдено по названию, {tulun.oktmo} {tulun.name}." in shown
    with speaking("ru"):
        signature = boundaries.plan(body, "©").signature
    confirmation = preview.replace("?", "/confirmation?")
    client.post(confirmation, data={"csrf_token": client.token(preview)})
    assert count() == 0
    client.post(confirmation, data={"csrf_token": client.token(preview), "sure": signature})
    assert count() == 1


def count():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Boundary).where(Boundary.path != ""))


def test_a_feature_without_code_and_name_tells_what_it_has(app):
    assert said(planned({"ID_1": "x", "VARNAME": "y"}).rows[0].messages) == [
        "Нашлись свойства «ID_1», «VARNAME», не хватает: «oktmo»."
    ]


def test_a_table_of_names_alone(app):
    tulun = factories.territory("25732000")
    body = f"Муниципалитет;Население\n{tulun.name};41 000\nАтлантида;5\n".encode()
    with speaking("ru"):
        plan = importer.plan(importer.read("t.csv", body))
    assert [row.verdict.value for row in plan.rows] == ["change", "error"]
    assert said(plan.rows[0].doubts) == [f"Кода нет: найдено по названию, {tulun.oktmo} {tulun.name}."]
    assert said(plan.rows[1].messages) == ["Код ОКТМО не указан."]


@pytest.mark.parametrize("text", ["01701000", "1701000", 1701000.0, "1701000.0", "01 701 000", "1701000,00"])
def test_a_code_as_spreadsheets_have_it(app, text):
    assert read_code(text, []) == "01701000"


def test_a_code_that_excel_was_told_to_leave_as_text(app):
    with speaking("ru"):
        table = importer.read("09-excel-text-code.csv", (CASES / "09-excel-text-code.csv").read_bytes())
        plan = importer.plan(table)
    assert [row.title for row in plan.rows] == ["25599000 · Примерный муниципальный округ"]
    assert plan.errors == 0
