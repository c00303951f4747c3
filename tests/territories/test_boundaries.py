from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from sqlalchemy import func, select

from activity.models import Entry
from kernel.db import db
from kernel.i18n import speaking
from kernel.transaction import writing
from territories import importer, operations
from territories.map import boundaries, queries
from territories.models import Boundary
from tests import factories
from tests.registrations.conftest import text_of

pytestmark = pytest.mark.differs

CREDIT = "© Проверочные границы (ODbL)"


def square(west: float, south: float, size: float = 1.0) -> list[list[list[float]]]:
    return [[[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]]


def geojson(**outlines: Any) -> bytes:
    """`o25701000=rings`"""
    features = [
        {
            "type": "Feature",
            "properties": {"oktmo": code[1:]},
            "geometry": {"type": "Polygon", "coordinates": rings},
        }
        for code, rings in outlines.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


TWO = geojson(o25536000=square(96, 55, 3), o25701000=square(104, 52, 0.05))


def load(body: bytes = TWO, credit: str = CREDIT):
    with speaking("ru"):
        plan = boundaries.plan(body, credit)
        drawn = boundaries.drawn(plan.actions, credit)
    with writing():
        boundaries.carry_out(plan, drawn, by=None)
    db.session.rollback()
    return plan


def region_id() -> int:
    return factories.territory(factories.REGION).id


def test_boundaries_are_kept_and_drawn(app):
    assert load().summary() == "created 2, changed 0, skipped 0, errors 0"
    real = queries.real_map(region_id())
    assert real.credits == [CREDIT]
    assert real.shapes[factories.TAYSHET].room > 0
    assert (real.shapes[factories.IRKUTSK].room, bool(real.shapes[factories.IRKUTSK].path)) == (0, True)
    assert real.shapes[factories.TULUN].path == ""
    assert len(real.shapes) == 42


def test_the_same_again_changes_nothing_and_a_new_credit_changes_all(app):
    load()
    assert load().summary() == "created 0, changed 0, skipped 2, errors 0"
    assert load(credit="© Другие").summary() == "created 0, changed 2, skipped 0, errors 0"
    assert queries.real_map(region_id()).credits == ["© Другие"]


def test_a_second_file_joins_the_first(app):
    load(geojson(o25536000=square(96, 55, 3)))
    load(geojson(o25701000=square(104, 52)), "© Другие")
    real = queries.real_map(region_id())
    assert [bool(real.shapes[code].path) for code in (factories.TAYSHET, factories.IRKUTSK)] == [True, True]
    assert real.credits == sorted([CREDIT, "© Другие"])
    assert db.session.scalar(select(func.count()).where(Boundary.path != "")) == 2


def test_a_new_municipality_comes_onto_the_map(app):
    load()
    with speaking("ru"):
        table = importer.read("t.csv", "ОКТМО;Наименование;Широта;Долгота\n25799000;Новый округ;56;101".encode())
        loading = importer.plan(table)
    with writing():
        operations.carry_out(loading, by=None)
    assert len(queries.real_map(region_id()).shapes) == 43


@pytest.fixture
def adopted(app):
    with writing():
        practice = factories.practice()
        factories.adoption(practice, oktmo=factories.TAYSHET)
    return practice


ADDRESSES = ["/adoption/", f"/territories/{factories.REGION}", "practice"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_show_tiles_until_boundaries_are_loaded(adopted, client, address):
    path = f"/practices/{adopted.slug}" if address == "practice" else address
    before = client.get(path).get_data(as_text=True)
    assert "tiles real" not in before
    assert "?map=tiles" not in before
    load()
    shown = client.get(path)
    page = shown.get_data(as_text=True)
    assert page.count("tiles real") == 1
    assert f"Границы: {CREDIT}" in text_of(shown)
    assert page.count('fill-rule="evenodd"') == 2
    link = re.search(r'href="([^"]*\?map=tiles)#map"', page)
    assert link
    tiles = client.get(link.group(1)).get_data(as_text=True)
    assert "tiles real" not in tiles
    assert 'rx="9"' in tiles
    assert CREDIT not in tiles


def test_each_territory_is_a_link_that_says_its_state(adopted, client):
    load()
    page = text_of(client.get("/adoption/"))
    label = "Тайшетский муниципальный округ: думаем — 1"
    assert f'<a href="/territories/{factories.TAYSHET}"><title>{label}</title><path' in page
    assert len(re.findall(r'<a href="/territories/\d+"><title>', page)) == 42


def test_the_table_s_order_and_the_map_are_chosen_apart(adopted, client):
    load()
    page = client.get("/adoption/?sort=name").get_data(as_text=True)
    assert 'href="/adoption/?sort=name&amp;map=tiles#map"' in page
    page = client.get("/adoption/?map=tiles").get_data(as_text=True)
    assert page.count('<input type="hidden" name="map" value="tiles">') == 2


def test_the_front_page_keeps_its_tiles(adopted, client):
    before = len(client.get("/").data)
    load()
    assert abs(len(client.get("/").data) - before) < 200


@pytest.fixture
def administrator(app, sign_in):
    with writing():
        person = factories.administrator()
    return sign_in(person)


def test_the_browser_shows_before_it_does(administrator):
    page = "/manage/territories/boundaries"
    upload = {"file": (io.BytesIO(TWO), "b.geojson"), "credit": CREDIT}
    answer = administrator.submit(page, upload, content_type="multipart/form-data")
    shown = text_of(administrator.get(answer.location))
    assert f"Под картой будет: {CREDIT}" in shown
    assert "25732000 · город Тулун" in shown
    assert queries.real_map(region_id()) is None
    path, _mark, query = answer.location.partition("?")
    done = administrator.submit(f"{path}/confirmation?{query}", page=answer.location)
    assert done.location == "/manage/territories"
    assert "граница" in administrator.get("/manage/territories?q=Тайшетский").get_data(as_text=True)
    db.session.rollback()
    assert queries.real_map(region_id()).credits == [CREDIT]


def test_a_credit_is_needed(administrator):
    upload = {"file": (io.BytesIO(TWO), "b.geojson"), "credit": " "}
    answer = administrator.submit("/manage/territories/boundaries", upload, content_type="multipart/form-data")
    assert answer.status_code == 422


def test_the_command(app, tmp_path):
    path = tmp_path / "b.geojson"
    path.write_bytes(TWO)
    runner = app.test_cli_runner()
    arguments = ["import", "boundaries", str(path), "--credit", CREDIT]
    assert runner.invoke(args=arguments).output.splitlines()[-1] == "created 2, changed 0, skipped 0, errors 0"
    assert queries.real_map(region_id()) is None
    assert runner.invoke(args=[*arguments, "--yes"]).exit_code == 0
    db.session.rollback()
    assert queries.real_map(region_id()) is not None


def test_a_map_that_another_press_has_written_is_not_written_again(app):
    with speaking("ru"):
        plan = boundaries.plan(TWO, CREDIT)
        drawn = boundaries.drawn(plan.actions, CREDIT)
    for _press in range(2):
        with writing():
            boundaries.carry_out(plan, drawn, by=None)
    told = select(func.count()).where(Entry.action == "territories.boundaries_loaded")
    assert db.session.scalar(told.select_from(Entry)) == 1
