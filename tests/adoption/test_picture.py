"""The public picture in its shapes: filters, order, groups, pages; what it must not tell."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from adoption import operations, panels
from adoption.models import Adoption, Exit, ExitReason, Stage
from adoption.picture import matrix, queries
from kernel import pages
from kernel.db import db, utcnow
from kernel.transaction import writing
from practices.models import Admission, TargetGroup
from tests import factories
from tests.adoption.conftest import adoption

pytestmark = pytest.mark.differs

PUBLIC = (
    "/adoption/",
    "/adoption/?turned=1&group=audience&columns=size",
    "/adoption.json",
    "/adoption.csv",
    "/adoption/map.json",
    "/adoption/matrix.json",
    "/adoption/curve.json",
    "/adoption/totals.json",
    f"/territories/{factories.TAYSHET}",
    f"/territories/{factories.REGION}",
    "/practices/konsultant",
    "/",
)


def three(tayshet):
    """Three practices: of large families in two places, of fathers in one, for nobody named asked for last."""
    with writing():
        groups = {"Ясли": [TargetGroup.large], "Анкета": [TargetGroup.fathers], "Ёлка": []}
        made = [factories.practice(name, groups=found) for name, found in groups.items()]
        adoption(made[0], factories.organisation(), Stage.launched)
        adoption(made[0], factories.organisation(oktmo=factories.KUYTUN), Stage.launched)
        adoption(made[1], factories.organisation(), Stage.preparation)
        last = adoption(made[2], factories.organisation(oktmo=factories.IRKUTSK))
        last.created_at = utcnow() + timedelta(minutes=5)
    return made


def order(client, query: str) -> list[str]:
    page = client.get(f"/adoption/?{query}").get_data(as_text=True)
    return re.findall(r'<tr><th scope="row"><a href="/practices/[^"]+">([^<]+)<', page)


def columns(client, query: str) -> list[str]:
    page = client.get(f"/adoption/?{query}").get_data(as_text=True)
    return re.findall(r'class="turned"><a href="[^"]+"(?: title="[^"]+")?><span>([^<]+)<', page)


def bands(client, query: str) -> list[tuple[str, str]]:
    """(how many columns, what they have in common)"""
    page = client.get(f"/adoption/?{query}").get_data(as_text=True)
    return re.findall(r'scope="colgroup" colspan="(\d+)"(?: class="turned")?><span>([^<]+)<', page)


def test_orders(tayshet, client):
    three(tayshet)
    assert order(client, "") == ["Ясли", "Анкета", "Ёлка"]
    assert order(client, "sort=name") == ["Анкета", "Ёлка", "Ясли"]
    assert order(client, "sort=new")[0] == "Ёлка"


def test_rows_by_target_group(tayshet, client):
    three(tayshet)
    page = client.get("/adoption/?group=audience&sort=name").get_data(as_text=True)
    assert re.findall(r'scope="rowgroup"[^>]*><span>([^<]+)<', page) == [
        "Многодетные семьи · 1",
        "Отцы · 1",
        "Не указано, для кого · 1",
    ]
    assert order(client, "audience=fathers") == ["Анкета"]
    assert order(client, "audience=teens") == []
    assert "Практик для" in client.get("/adoption/?audience=teens").get_data(as_text=True)


def test_columns_by_size_and_distance(tayshet, client):
    three(tayshet)
    assert columns(client, "")[:3] == ["Аларский", "Ангарский", "Балаганский"]
    assert len(columns(client, "")) == 42
    found = bands(client, "columns=size")
    assert sum(int(number) for number, _label in found) == 42
    assert [label.replace("\xa0", " ") for _number, label in found] == [
        "Более 100 тыс. жителей",
        "50–100 тыс. жителей",
        "15–50 тыс. жителей",
        "До 15 тыс. жителей",
    ]
    assert columns(client, "columns=size")[:4] == ["Ангарский", "Братск", "Иркутск", "Иркутский"]
    near = [number for number, _label in bands(client, "columns=remote")]
    remote = sum(place.remote for place in queries.picture().places)
    assert [int(number) for number in near] == [42 - remote, remote]


def test_turned_round(tayshet, client):
    three(tayshet)
    assert columns(client, "turned=1&sort=name") == ["Анкета", "Ёлка", "Ясли"]
    page = client.get("/adoption/?turned=1").get_data(as_text=True)
    assert len(re.findall(r'<tr><th scope="row"><a href="/territories/', page)) == 42


def test_whoever_adopts_elsewhere_has_a_column(tayshet, client):
    with writing():
        adoption(tayshet.practice, factories.organisation(oktmo=factories.REGION), Stage.launched)
    assert columns(client, "")[42:] == ["Иркутская область"]


@pytest.mark.parametrize(
    "query",
    [
        "sort=what&group=1&columns=%00&turned=yes&page=-1",
        "page=99999999999999999999",
        "page=²",
        "state=launched&audience=nobody",
        "page=7",
    ],
)
def test_what_is_not_known_is_passed_over(tayshet, client, query):
    three(tayshet)
    assert order(client, query) == ["Ясли", "Анкета", "Ёлка"]
    for path in ("/adoption.json", "/adoption/matrix.json", "/adoption/map.xlsx"):
        assert client.get(f"{path}?{query}").status_code == 200


def test_a_practice_out_of_the_catalogue_has_no_map(tayshet, client):
    with writing():
        nobody = factories.practice("Никем не взятая", slug="untaken")
        hidden = factories.practice("Черновик", slug="draft", admission=Admission.draft)
        adoption(tayshet.practice, tayshet.organisation)
        adoption(hidden, factories.organisation(), Stage.launched)
    assert client.get("/adoption/?practice=nothing").status_code == 404
    assert client.get("/adoption/?practice=draft").status_code == 404
    page = client.get(f"/adoption/?practice={nobody.slug}").get_data(as_text=True)
    assert "Такого пока нет" in page
    assert "Черновик" not in client.get("/adoption/").get_data(as_text=True)
    assert client.get("/adoption.json").json["practices"][0]["slug"] == "konsultant"


def test_filters_do_not_leak_into_other_addresses(tayshet, client):
    """Each answer is kept under the parameters it reads."""
    made = three(tayshet)
    narrow = client.get(f"/adoption.xlsx?practice={made[0].slug}").data
    assert client.get("/adoption.xlsx").data != narrow
    assert len(client.get("/adoption.csv?audience=fathers").data.splitlines()) == 2
    assert len(client.get("/adoption.csv").data.splitlines()) == 5


def test_pages(tayshet, client, app):
    three(tayshet)
    with app.test_request_context("/adoption/?sort=name&page=2"):
        found = matrix.matrix(queries.picture(), matrix.read({"sort": "name", "page": "2"}), per_page=2)
        assert [[row.head.name for row in rows] for _label, rows in found.bands] == [["Ясли"]]
        assert (found.listing.total, found.listing.pages, found.listing.first) == (3, 2, 3)
        assert found.listing.url(page=1) == "/adoption/?sort=name"


def test_fifty_practices_on_a_page(tayshet, client):
    with writing():
        for number in range(51):
            adoption(factories.practice(f"Практика {number:02}"), factories.organisation(), Stage.launched)
    assert len(order(client, "sort=name")) == 50
    assert order(client, "sort=name&page=2") == ["Практика 50"]
    assert len(client.get("/adoption/matrix.json").json["matrix"]) == 51


def test_pages_of_every_shape_hold_what_the_file_holds(tayshet, client):
    """In each order, grouped or not: the pages one after another name the practices of the file, none lost or twice."""
    with writing():
        groups = [[], [TargetGroup.large], [TargetGroup.fathers, TargetGroup.large]]
        for number in range(60):
            practice = factories.practice(f"Практика {number:02}", groups=groups[number % 3])
            adoption(practice, factories.organisation(oktmo=factories.KUYTUN), Stage.launched)
            if number % 4 == 0:
                adoption(practice, factories.organisation(), Stage.interest)
    for sort in ("spread", "name", "new"):
        whole = [line["name"] for line in client.get(f"/adoption/matrix.json?sort={sort}").json["matrix"]]
        assert order(client, f"sort={sort}") + order(client, f"sort={sort}&page=2") == whole
        assert len(set(whole)) == 60
        grouped = order(client, f"sort={sort}&group=audience") + order(client, f"sort={sort}&group=audience&page=2")
        large = [name for name in whole if int(name[-2:]) % 3]
        fathers = [name for name in whole if int(name[-2:]) % 3 == 2]
        nobody = [name for name in whole if int(name[-2:]) % 3 == 0]
        assert grouped == large + fathers + nobody
    assert whole[0] == "Практика 00"  # made at the same moment: by name


def test_a_territory_s_page_names_so_many_practices_of_a_state(tayshet, client):
    with writing():
        for number in range(panels.PRACTICES_ON_A_TERRITORY + 2):
            adoption(factories.practice(f"Практика {number:02}"), factories.organisation(), Stage.launched)
    page = client.get(f"/territories/{factories.TAYSHET}").get_data(as_text=True)
    assert page.count("в\xa01\xa0учреждении") == panels.PRACTICES_ON_A_TERRITORY
    assert f'<a href="/practices/?territory={factories.TAYSHET}">и ещё 2</a>' in page.replace("\xa0", " ")
    with writing():
        for number in range(panels.PRACTICES_ON_A_TERRITORY + 3):
            adoption(factories.practice(f"Другая {number:02}"), factories.organisation(), Stage.preparation)
    page = client.get(f"/territories/{factories.TAYSHET}").get_data(as_text=True).replace("\xa0", " ")
    assert '<a href="/adoption/?turned=1#matrix">и ещё 3</a>' in page


@pytest.mark.parametrize(("units", "told"), [([], "нет данных"), ([2, 2], "менее 5"), ([2, 3], "5"), ([0], "0")])
def test_few_people_are_not_counted_out(tayshet, client, units, told):
    with writing():
        for number in units or [None]:
            made = adoption(tayshet.practice, factories.organisation(), Stage.launched)
            made.units = number
    figure = next(one for one in client.get("/adoption/totals.json").json["totals"] if one["key"] == "served")
    assert figure["value"].replace("\xa0", " ") == told
    assert figure["number"] == (sum(units) if told.isdigit() else None)


def test_who_stands_or_left_is_nowhere_public(tayshet, client):
    """An adoption long without a move reads as any other; paused, declined and stopped ones are gone with all words."""
    with writing():
        works = factories.practice("Работающая")
        adoption(works, factories.organisation(), Stage.launched)
        slow = adoption(tayshet.practice, factories.organisation("Медленная школа"), Stage.assessment)
        for exit_ in (Exit.paused, Exit.stopped, Exit.declined):
            gone = adoption(works, factories.organisation(f"Ушедшая школа {exit_.value}"), Stage.assessment)
            operations.leave(gone, exit_, ExitReason.money, "Кончились деньги", by=None)
        left = factories.practice("Оставленная всеми")
        alone = adoption(left, factories.organisation(oktmo=factories.KUYTUN), Stage.launched)
        operations.leave(alone, Exit.stopped, ExitReason.staff, "Уволились", by=None)
    assert (utcnow().date() - slow.steps[-1].reached_on).days > 200
    pages.forget()
    for path in PUBLIC:
        told = client.get(path).get_data(as_text=True)
        for word in ("Медленная", "Ушедшая", "деньги", "Уволились", "Приостановлен", "Кто встал", "встал"):
            assert word not in told, (path, word)
        if "adoption" in path:
            assert "Оставленная" not in told, path
    found = client.get("/adoption.json").json
    assert {place["oktmo"] for place in found["territories"] if place["state"]} == {factories.TAYSHET}
    cells = next(line for line in found["practices"] if line["name"] == "Работающая")["territories"]
    assert [(cell["organisations"], cell["in_state"]) for cell in cells] == [(1, 1)]
    for path in ("/adoption.xlsx", "/adoption/map.xlsx", "/adoption/matrix.xlsx", "/adoption/totals.xlsx"):
        assert client.get(path).status_code == 200
        assert "Оставленная" not in workbook(client.get(path).data)


def workbook(body: bytes) -> str:
    import io

    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])


def test_the_page_asks_as_often_for_one_as_for_many(tayshet, client, count_queries):
    with writing():
        adoption(tayshet.practice, tayshet.organisation, Stage.launched)
    client.get("/adoption/")
    for round_ in (1, 2):
        pages.forget()
        with count_queries() as counted:
            client.get("/adoption/?group=audience&columns=size")
        assert counted.number == 20, round_
        with writing():
            for number in range(12):
                oktmo = (factories.KUYTUN, factories.IRKUTSK)[number % 2]
                adoption(factories.practice(f"Другая {number}"), factories.organisation(oktmo=oktmo), Stage.operating)
    assert len(db.session.scalars(db.select(Adoption)).all()) == 25


def test_nobody_yet(app, client):
    for part in ("map", "matrix", "curve", "totals"):
        assert client.get(f"/adoption/{part}.json").status_code == 200
        assert client.get(f"/adoption/{part}.xlsx").status_code == 200
    assert client.get("/adoption/curve.json").json["curve"] == []
    assert client.get("/adoption/everything.json").status_code == 404
    assert client.post("/adoption/map.json").status_code == 405


def test_totals_in_the_workbook_are_numbers_where_they_are_read_as_numbers(app):
    from adoption.picture import exports
    from adoption.picture.figures import Figure
    from kernel.i18n import number, speaking

    with speaking("ru"):
        shown = [Figure("a", number(1234), "", 1234), Figure("b", "17 из 42", "", 17), Figure("c", "менее 5", "", None)]
        assert [exports._bare(one) for one in shown] == [1234, "17 из 42", "менее 5"]


def test_how_many_columns_fit_a_desk():
    def wide(number: int) -> matrix.Matrix:
        heads = [matrix.Head(one, "Имя", "Имя", "/", 0) for one in range(number)]
        return matrix.Matrix([], [matrix.Band("", heads)], None, False)

    assert [wide(number).fits for number in (matrix.NARROW, matrix.NARROW + 1)] == [True, False]
    assert [wide(number).roomy for number in (matrix.ROOMY, matrix.ROOMY + 1)] == [True, False]
