from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, insert, select

from adoption.models import Adoption
from kernel import pages
from kernel.db import db
from kernel.transaction import writing
from territories.models import Level, Territory
from tests import factories
from tests.client import PageClient
from tests.registrations.conftest import text_of
from tests.territories.test_importer import HEAD, KABANSK, ULAN_UDE

pytestmark = pytest.mark.differs


@pytest.fixture
def administrator(app, sign_in):
    with writing():
        person = factories.administrator()
    return sign_in(person)


def test_the_list_of_regions_says_what_is_known(client):
    page = text_of(client.get("/territories/"))
    assert "42 муниципалитета" in page
    assert page.count('href="/territories/') >= 89
    assert "Тайшетский" not in page


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("тайшет", "Тайшетский муниципальный округ"),
        ("Тaйшетcкий", "Тайшетский муниципальный округ"),
        ("25536", "Тайшетский муниципальный округ"),
        ("г. Тайшет", "Тайшетский муниципальный округ"),
        ("бурятия", "Республика Бурятия"),
    ],
)
def test_a_territory_is_found_by_name_centre_or_code(client, asked, name):
    assert name in text_of(client.get("/territories/", query_string={"q": asked}))


def shown(client, **query) -> tuple[str, list[str], str]:
    """The level shown, the codes of the territories linked in the main part, and the text."""
    answer = client.get("/territories/", query_string=query)
    page = answer.get_data(as_text=True)
    main = page[page.index("<main") :]
    current = re.search(r'<nav class="tabs".*?aria-current="page">(.*?)<', main, re.S)
    assert current is not None
    return current.group(1).strip(), re.findall(r'href="/territories/(\d{8})"', main), text_of(answer)


def test_the_two_levels_are_never_mixed(client):
    level, codes, page = shown(client)
    regions = set(db.session.scalars(select(Territory.oktmo).where(Territory.level == Level.region)))
    assert (level, len(codes), set(codes)) == ("Регионы", 89, regions)
    assert "проверить" not in page
    assert page.index("Южный федеральный округ") < page.index("Другие регионы") < page.index("Херсонская область")
    level, codes, page = shown(client, level="municipality")
    assert (level, len(codes)) == ("Муниципалитеты", 42)
    assert factories.REGION not in codes
    assert "Иркутская область" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "бурятия"}, "Регионы"),
        ({"q": "тайшет"}, "Муниципалитеты"),
        ({"q": "тайшет", "level": "region"}, "Регионы"),
        ({"q": "иркутск"}, "Регионы"),
        ({"q": "иркутск", "level": "municipality"}, "Муниципалитеты"),
        ({"region": factories.REGION}, "Муниципалитеты"),
        ({"level": "чепуха"}, "Регионы"),
        ({"region": "чепуха"}, "Регионы"),
    ],
)
def test_the_address_says_which_level_is_shown(client, query, expected):
    assert shown(client, **query)[0] == expected


def test_municipalities_of_one_region_by_pages_and_population(app, client):
    many(0, 176)
    _level, codes, page = shown(client, level="municipality")
    assert len(codes) == 50
    assert "1–50 из 218" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert len(shown(client, level="municipality", page=5)[1]) == 18
    assert len(shown(client, region=factories.REGION)[1]) == 42
    most = shown(client, region=factories.REGION, sort="-people")[1]
    assert most[:2] == [factories.IRKUTSK, "25703000"]
    assert shown(client, region=factories.REGION, sort="people")[1] == most[::-1]
    assert shown(client, region="81000000", q="тайшет")[1] == []


def test_a_search_without_answer_says_what_to_do(client):
    assert "Такого региона нет" in shown(client, q="фывапролдж")[2]
    assert "Такого муниципалитета нет" in shown(client, q="фывапролдж", level="municipality")[2]


def test_the_administrator_sees_filters_and_takes_the_workbook(administrator):
    page = text_of(administrator.get("/manage/territories?level=municipality&region=25000000&q=город"))
    assert "город Братск" in page
    assert "Тайшетский" not in page
    body = administrator.get("/manage/territories.xlsx?level=municipality&region=25000000").data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    assert len(rows) == 43
    assert ["25536000", "25636000"] in [[row[0], row[10]] for row in rows]


def test_a_table_is_previewed_and_loaded_once(administrator):
    body = "\n".join([HEAD, KABANSK, ULAN_UDE]).encode()
    upload = {"file": (io.BytesIO(body), "t.csv"), "region": "81000000"}
    answer = administrator.submit("/manage/territories/import", upload, content_type="multipart/form-data")
    assert "будет добавлено" in text_of(administrator.get(answer.location))
    path, _mark, query = answer.location.partition("?")
    token = administrator.token(answer.location)
    for _time in range(2):
        done = administrator.post(f"{path}/confirmation?{query}", data={"csrf_token": token})
        assert done.location == "/manage/territories"
    assert "уже загружен" in text_of(administrator.get("/manage/territories"))
    assert db.session.scalar(select(func.count()).where(Territory.oktmo.startswith("81"))) == 3


def test_others_see_nothing(app, sign_in):
    with writing():
        person = factories.curator()
    client = sign_in(person)
    for path in ("", ".xlsx", "/import", "/import/template.xlsx", "/boundaries"):
        assert client.get(f"/manage/territories{path}").status_code == 404


def many(start: int, stop: int) -> None:
    """Municipalities spread evenly over the regions that the product brings none of."""
    with writing():
        regions = list(
            db.session.scalars(
                select(Territory.id).where(Territory.level == Level.region, Territory.oktmo != factories.REGION)
            )
        )
        rows = [
            {
                "oktmo": f"02{index:06}",
                "name": f"Проверочный округ № {index}",
                "short_name": f"№ {index}",
                "level": Level.municipality,
                "kind": "муниципальный округ",
                "center": f"с. Проверка-{index}",
                "parent_id": regions[index % len(regions)],
                "population": 1000 + index,
                "lat": 50 + index % 20,
                "lon": 40 + index % 100,
                "tile_col": index % 20,
                "tile_row": index // 20 % 20,
            }
            for index in range(start, stop)
        ]
        db.session.execute(insert(Territory), rows)
    db.session.rollback()


def test_pages_do_not_grow_with_the_country(app, client, count_queries, administrator):
    with writing():
        forum = factories.forum()
        factories.adoption(factories.practice("Первая", "first"))
        assert forum.slug == "prosemyu-2027"
    paths = [
        "/",
        "/adoption/",
        "/practices/",
        "/practices/first",
        "/territories/",
        "/territories/?q=округ",
        "/territories/?level=municipality",
        f"/territories/{factories.REGION}",
        f"/territories/{factories.TAYSHET}",
        "/forums/prosemyu-2027/registration",
    ]
    own = ["/manage/territories", "/manage/forums/prosemyu-2027/registrations", "/manage/people"]

    def measure() -> dict[str, tuple[int, int]]:
        found = {}
        for visitor, addresses in ((client, paths), (administrator, own)):
            for path in addresses:
                pages.forget()
                with count_queries() as counted:
                    answer = visitor.get(path)
                assert answer.status_code == 200, path
                found[path] = (counted.number, len(answer.data))
        return found

    many(0, 88)
    measure()
    before = measure()
    many(88, 18_000)
    after = measure()
    assert {path: number for path, (number, _size) in after.items()} == {
        path: number for path, (number, _size) in before.items()
    }
    grown = {
        path: (before[path][1], size)
        for path, (_number, size) in after.items()
        if size > 1.5 * before[path][1] and path != "/territories/?q=округ"
    }
    assert grown == {}
    assert db.session.scalar(select(func.count()).select_from(Adoption)) == 1


def test_a_confirmation_pressed_again_while_rows_wait_is_carried_out_once(app, administrator):
    body = "\n".join([HEAD, KABANSK, ULAN_UDE, "не код;Проверка"]).encode()
    upload = {"file": (io.BytesIO(body), "t.csv"), "region": ""}
    answer = administrator.submit("/manage/territories/import", upload, content_type="multipart/form-data")
    fields = {"csrf_token": administrator.token(answer.location)}
    cookie = administrator.get_cookie("tirazh").value

    def press(_number: int) -> str:
        with app.app_context():
            client = PageClient(app)
            client.set_cookie("tirazh", cookie)
            return client.post(f"{answer.location}/confirmation", data=fields).location

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(press, range(4))) == [answer.location] * 4
    assert db.session.scalar(select(func.count()).where(Territory.oktmo.startswith("81"))) == 3
