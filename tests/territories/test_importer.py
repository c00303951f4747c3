from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from activity.models import Entry
from kernel.db import db
from kernel.i18n import speaking
from kernel.imports import Verdict
from kernel.transaction import writing
from territories import importer, operations, queries
from territories.map import queries as map_queries
from territories.models import SizeClass, Territory

pytestmark = pytest.mark.differs

HEAD = "ОКТМО;Наименование;Вид;Центр;Население;Широта;Долгота;Прежний ОКТМО;Действует с"
KABANSK = "81624000;Кабанский муниципальный район;муниципальный район;с. Кабанск;55 000;52,05;106,65;;"
ULAN_UDE = "81701000;город Улан-Удэ;городской округ;г. Улан-Удэ;437 565;51,83;107,58;;"
MUYA = "81636000;Муйский муниципальный район;муниципальный район;п. Таксимо;примерно 9800;56,34;114,88;;"
BURYATIA = "81000000"


def plan(*lines: str, head: str = HEAD, region: str = ""):
    with speaking("ru"):
        return importer.plan(importer.read("t.csv", "\n".join([head, *lines]).encode()), region)


def load(*lines: str, head: str = HEAD):
    loading = plan(*lines, head=head)
    with writing():
        operations.carry_out(loading, by=None)
    return loading


def found(oktmo: str) -> Territory:
    db.session.rollback()
    territory = queries.current(oktmo)
    assert territory is not None
    return territory


def total() -> int:
    return db.session.scalar(select(func.count()).select_from(Territory)) or 0


def test_a_region_comes_in_with_its_tile_map(app):
    assert load(KABANSK, ULAN_UDE, MUYA).summary() == "created 3, changed 0, skipped 0, errors 0"
    muya, city = found("81636000"), found("81701000")
    assert muya.parent.name == "Республика Бурятия"
    assert (muya.population, muya.population_quality, muya.size_class) == (9800, "approximate", SizeClass.small)
    assert (muya.remote, city.distance_km, city.short_name) == (True, 0, "Улан-Удэ")
    spots = {(one.tile_col, one.tile_row) for one in map_queries.tiles(muya.parent_id)}
    assert len(spots) == 3
    assert muya.tile_row < city.tile_row


def test_the_same_file_again_changes_nothing(app):
    load(KABANSK, ULAN_UDE)
    before, entries = total(), db.session.scalar(select(func.count()).select_from(Entry))
    assert load(KABANSK, ULAN_UDE).summary() == "created 0, changed 0, skipped 2, errors 0"
    assert (total(), db.session.scalar(select(func.count()).select_from(Entry))) == (before, entries)


def test_a_change_is_named_and_what_is_absent_stays(app):
    load(KABANSK, ULAN_UDE)
    loading = load(KABANSK.replace("55 000", "54 100"))
    assert loading.rows[0].messages == ["Население: 55000 → 54100"]
    assert loading.absent == ["81701000 · город Улан-Удэ"]
    assert (found("81624000").population, found("81701000").name) == (54100, "город Улан-Удэ")


def test_an_empty_cell_says_nothing(app):
    load(KABANSK)
    assert plan("81624000;Кабанский муниципальный район", head="ОКТМО;Наименование").summary() == (
        "created 0, changed 0, skipped 1, errors 0"
    )


def test_a_new_code_keeps_the_territory_and_the_old_one_leads_to_it(app, client):
    load(KABANSK)
    was = found("81624000").id
    loading = load(
        "81524000;Кабанский муниципальный округ;муниципальный округ;с. Кабанск;55 000;52,05;106,65;81624000;01.01.2026"
    )
    assert loading.summary() == "created 0, changed 1, skipped 0, errors 0"
    assert loading.absent == []
    now = found("81524000")
    assert (now.id, now.name, now.valid_from) == (was, "Кабанский муниципальный округ", date(2026, 1, 1))
    old = queries.territory_by_oktmo("81624000")
    assert (old.name, old.valid_to, old.successor_id) == ("Кабанский муниципальный район", date(2026, 1, 1), was)
    answer = client.get("/territories/81624000")
    assert (answer.status_code, answer.location) == (301, "/territories/81524000")
    assert load(
        "81524000;Кабанский муниципальный округ;муниципальный округ;с. Кабанск;55 000;52,05;106,65;81624000;01.01.2026"
    ).summary() == ("created 0, changed 0, skipped 1, errors 0")


def test_a_code_of_before_that_nobody_knew_leads_too(app, client):
    load("81524000;Кабанский муниципальный округ;;;;;;81624000;01.01.2026")
    assert queries.territory_by_oktmo("81624000").name == "Кабанский муниципальный район"
    assert client.get("/territories/81624000").location == "/territories/81524000"


def test_a_new_name_keeps_the_old_one_as_an_edition(app):
    load(KABANSK)
    load("81624000;Прибайкальский район;;;;;;;01.02.2026")
    rows = db.session.execute(
        select(Territory.name, Territory.valid_from, Territory.valid_to)
        .where(Territory.oktmo == "81624000")
        .order_by(Territory.valid_from)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("Кабанский муниципальный район", date(2006, 1, 1), date(2026, 2, 1)),
        ("Прибайкальский район", date(2026, 2, 1), None),
    ]
    assert found("81624000").name_key == "прибайкальский район"
    load("81624000;Прибайкальский раён;;;;;;;01.02.2026")
    assert total() == db.session.scalar(select(func.count()).select_from(Territory))
    assert db.session.scalar(select(func.count()).where(Territory.oktmo == "81624000")) == 2


def test_a_settlement_lies_in_its_district(app):
    load(KABANSK, "81624101;городское поселение Бабушкинское;;;;;;;", "81624101001;посёлок Боярский;;;;;;;")
    assert [found(code).parent.oktmo for code in ("81624101", "81624101001")] == ["81624000", "81624101"]
    assert [place.oktmo for place in queries.municipalities(found("81624000").parent_id)] == ["81624000"]


def test_only_one_region_when_asked(app):
    loading = plan(KABANSK, "38620000;Курский муниципальный район;;;;;;;", region=BURYATIA)
    assert [row.verdict for row in loading.rows] == [Verdict.create, Verdict.error]
    assert loading.rows[1].messages == ["Этот код относится к\u00a0другому региону: Курская область."]


def test_districts_with_codes_of_three_digits(app):
    load("71871000;город Ханты-Мансийск;;;;;;;", "71701000;город Тюмень;;;;;;;")
    assert [found(code).parent.oktmo for code in ("71871000", "71701000")] == ["71800000", "71000000"]


def test_the_export_reads_back_as_the_same(app):
    with writing():
        body = importer.export(queries.exported(queries.named_statement("")))
    with speaking("ru"):
        loading = importer.plan(importer.read("t.xlsx", body))
    assert loading.summary() == "created 0, changed 0, skipped 42, errors 0"
    assert loading.absent == []


def test_the_template_is_read_by_the_importer(app):
    with speaking("ru"):
        loading = importer.plan(importer.read("t.xlsx", importer.template()))
    assert (loading.summary(), loading.rows[0].warnings) == ("created 1, changed 0, skipped 0, errors 0", [])


@pytest.mark.parametrize("number", [2, 90, 400])
def test_every_municipality_has_a_tile_of_its_own_however_many(number):
    from territories.map.tiles import layout

    points = [(50 + index * 7 % 13 + index / 1000, 100 + index * 11 % 17 + index / 900) for index in range(number)]
    cells = layout(points)
    assert len(set(cells)) == number
    assert min(col for col, _row in cells) == min(row for _col, row in cells) == 0


DISTRICT = "81604000;;муниципальный район;;;52,05;106,65;;"
"""Its row has no name."""
SETTLEMENT = "81604410;Село Примерное;сельское поселение;;;52,06;106,66;;"


def test_good_rows_come_in_while_others_wait(app):
    loading = load(KABANSK, "8162;Обрывок;;;;;;;", ULAN_UDE)
    assert loading.summary() == "created 2, changed 0, skipped 0, errors 1"
    assert found("81624000").tile_col is not None


def test_what_lies_in_a_district_waits_with_it(app):
    loading = load(KABANSK, DISTRICT, SETTLEMENT)
    assert loading.summary() == "created 1, changed 0, skipped 0, errors 2"
    assert [text.replace("\u00a0", " ") for text in loading.rows[2].messages] == [
        "Строка территории, в которую она входит, с ошибкой: 81604000. Исправьте сначала её."
    ]
