"""The catalogue as a search: facets and their counts, corrected questions, marked places, any address at all."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from accounts.enums import Sphere
from kernel import search
from kernel.documents.word import DOCX
from kernel.transaction import writing
from practices import operations, queries
from practices.facets import catalogue as sets
from practices.models import DocumentKind, Evidence, TargetGroup
from tests import factories
from tests.factories import IRKUTSK, KUYTUN, REGION, TAYSHET, TULUN

pytestmark = pytest.mark.differs

KATANGA, SAYANSK = "25616000", "25726000"


def ask(client, **params):
    return client.get("/practices.json?" + urlencode(params, doseq=True)).json


def slugs(client, **params):
    return [row["slug"] for row in ask(client, **params)["practices"]]


@pytest.fixture
def shelf(app):
    """Four practices that differ in everything; two of them work somewhere."""
    with writing():
        one = factories.practice(
            "Отцы", slug="one", groups=[TargetGroup.fathers], sphere=Sphere.culture, evidence=Evidence.described
        )
        two = factories.practice(
            "Отцы и дети",
            slug="two",
            groups=[TargetGroup.fathers, TargetGroup.large],
            sphere=Sphere.social,
            evidence=Evidence.compared,
            territory_id=factories.territory(TAYSHET).id,
        )
        factories.practice("Большие семьи", slug="three", groups=[TargetGroup.large], sphere=Sphere.social)
        factories.practice("Студенты", slug="four", groups=[TargetGroup.student], sphere=Sphere.education)
        operations.set_spread(one, factories.territory(TULUN), "works", 1)
        operations.set_spread(two, factories.territory(KUYTUN), "firm", 2)
        stored = operations.store("prikaz.docx", DOCX, b"PK docx")
        operations.add_document(two, DocumentKind.order, "Образец приказа", stored, by=None)
        operations.publish_documents(two)
        search.rebuild("practice")
    return app


def test_values_of_a_facet_add_up_and_facets_narrow(shelf, client):
    assert slugs(client, audience="fathers", sort="name") == ["one", "two"]
    assert slugs(client, audience=["fathers", "student"], sort="name") == ["one", "two", "four"]
    assert slugs(client, audience=["fathers", "student"], sphere="social") == ["two"]
    assert slugs(client, audience="fathers", sphere="education") == []
    assert slugs(client, evidence=["compared", "described"], sort="name") == ["one", "two"]
    assert slugs(client, readiness="documents") == ["two"]
    assert slugs(client, readiness=["documents", "working"], sort="name") == ["one", "two"]


def test_a_count_is_what_the_choice_would_leave_under_the_other_filters(shelf, client):
    counts = ask(client, audience="fathers")["counts"]
    assert counts["audience"] == {"fathers": 2, "large": 2, "student": 1}
    assert counts["sphere"] == {"culture": 1, "social": 1}
    assert counts["readiness"] == {"working": 2, "documents": 1}
    both = ask(client, audience="fathers", sphere="social")["counts"]
    assert both["audience"] == {"fathers": 1, "large": 2}
    assert both["sphere"] == {"culture": 1, "social": 1}
    for name, row in ask(client)["counts"].items():
        for value, number in row.items():
            assert ask(client, **{name: value})["total"] == number, (name, value)


def test_a_territory_is_where_it_comes_from_or_works(shelf, client):
    assert slugs(client, territory=TAYSHET) == ["two"]
    assert slugs(client, territory=TULUN) == ["one"]
    assert slugs(client, territory=[TULUN, KUYTUN], sort="name") == ["one", "two"]
    assert ask(client, territory=REGION)["total"] == 4
    assert ask(client, territory="25636000")["filters"] == {"territory": [TAYSHET]}  # the code of before the reform
    assert ask(client, territory=KATANGA)["total"] == 0


def test_nearby_is_the_municipality_and_its_five_nearest(shelf, client):
    assert set(sets().neighbours[KUYTUN]) >= {SAYANSK, TULUN}
    assert len(sets().neighbours[KUYTUN]) == 5
    assert slugs(client, near=KUYTUN, sort="name") == ["one", "two"]
    assert slugs(client, near=SAYANSK) == ["two"]
    assert slugs(client, near=IRKUTSK) == []
    page = client.get(f"/practices/?near={KUYTUN}").get_data(as_text=True)
    assert "Рядом: " in page
    assert "город Тулун" in page


def test_size_and_remoteness_are_of_the_places_where_it_works_or_comes_from(shelf, client):
    assert slugs(client, size="city", sort="name") == ["three", "one", "four"]
    assert slugs(client, size="medium", sort="name") == ["one", "two"]
    assert slugs(client, remoteness="remote", sort="name") == ["one", "two"]
    assert slugs(client, remoteness="near", sort="name") == ["three", "one", "four"]


def test_what_is_asked_of_a_territory_holds_for_one_territory(shelf, client):
    """«one» comes from a city nearby and works in a middle town far away; «two» has one place that is far, one middle."""
    assert slugs(client, size="city", remoteness="remote") == []
    assert slugs(client, size="medium", remoteness="remote") == ["one"]
    assert slugs(client, size="city", territory=TULUN) == []
    assert slugs(client, size="medium", territory=REGION, remoteness="remote") == ["one"]
    assert slugs(client, size="medium", territory=TAYSHET) == []


def test_the_count_of_a_choice_is_what_the_choice_finds(shelf, client):
    for asked in ({"remoteness": "remote"}, {"size": "city"}, {"territory": TULUN}, {"territory": REGION}):
        for name in ("size", "remoteness", "territory"):
            if name in asked:
                continue
            for value, count in sets().counts({key: (value,) for key, value in asked.items()})[name].items():
                assert count == len(slugs(client, **asked, **{name: value})), (asked, name, value)


def test_cost_and_time_narrow_by_classes_and_the_unknown_is_in_none(app, client):
    with writing():
        factories.practice("Даром", slug="free", cost_once=0, cost_year=0, launch_months_min=1, launch_months_max=3)
        factories.practice("Триста", slug="edge", cost_once=100_000, cost_year=200_000, launch_months_min=4)
        factories.practice("Дороже", slug="over", cost_once=300_001, launch_months_max=7)
        factories.practice("Дорого", slug="dear", cost_year=1_000_001, launch_months_min=6, launch_months_max=13)
        factories.practice("Неизвестно", slug="unknown")
    assert [slugs(client, cost=value) for value in ("nothing", "300", "1000", "more")] == [
        ["free"],
        ["edge"],
        ["over"],
        ["dear"],
    ]
    assert [slugs(client, launch=value) for value in ("3", "6", "12", "longer")] == [
        ["free"],
        ["edge"],
        ["over"],
        ["dear"],
    ]
    assert slugs(client, cost=["300", "1000"], launch="12") == ["over"]
    assert len(slugs(client, cost="300 OR 1=1", launch="\x00")) == 5
    page = client.get("/en/practices/?cost=300&launch=6").get_data(as_text=True)
    assert "Up to 300 thousand ₽" in page
    assert "100\xa0thousand ₽ to start" in page or "100 thousand ₽ to start" in page


def test_orders(shelf, client):
    assert slugs(client, sort="name") == ["three", "one", "two", "four"]
    assert slugs(client)[:2] == ["one", "two"]
    assert slugs(client, sort="new")[0] == "three"
    assert slugs(client, q="отцы и дети")[0] == "two"
    assert slugs(client, q="отцы", sort="name") == ["one", "two"]


def test_what_is_chosen_can_be_taken_away_one_by_one(shelf, client):
    page = client.get("/practices/?audience=fathers&audience=large&sphere=social&sort=name").get_data(as_text=True)
    removals = re.findall(r'<a class="chip" href="([^"]+)"', page)
    assert [link.replace("&amp;", "&") for link in removals] == [
        "/practices/?audience=large&sphere=social&sort=name",
        "/practices/?audience=fathers&sphere=social&sort=name",
        "/practices/?audience=fathers&audience=large&sort=name",
    ]
    assert 'value="fathers" checked' in page
    assert '<a class="button quiet" href="/practices/">Сбросить всё</a>' in page


def test_a_choice_that_leaves_nothing_stays_but_quiet(shelf, client):
    page = client.get("/practices/?audience=student").get_data(as_text=True)
    assert '<label class="option none"><input type="checkbox" name="sphere" value="culture">' in page


def test_the_form_keeps_the_order_and_drops_the_page(shelf, client):
    page = client.get("/practices/?sort=name&page=2").get_data(as_text=True)
    assert '<input type="hidden" name="sort" value="name">' in page
    assert 'name="page"' not in page


def test_the_link_to_a_search_is_whole_and_clean(shelf, client):
    page = client.get("/practices/?q=отцы&audience=fathers&page=7&utm=1&sphere=nothing").get_data(as_text=True)
    link = "https://forum.example.org/practices/?q=%D0%BE%D1%82%D1%86%D1%8B&amp;audience=fathers"
    assert f'data-copy="{link}"' in page
    assert f'href="{link}"' in page
    assert "/searches/new?q=" in page
    assert 'method="post"' not in page


def test_a_mistyped_question_is_answered_and_said_so(catalogue, client):
    answer = ask(client, q="диспечерская")
    assert (answer["query"], answer["answered"]) == ("диспечерская", "диспетчерская")
    assert answer["practices"][0]["slug"] == "semeynaya-dispetcherskaya"
    page = client.get("/practices/?q=диспечерская").get_data(as_text=True)
    assert "По\u00a0запросу «диспечерская» ничего нет. Показано для\u00a0«диспетчерская»." in page
    assert "exact=1" in page
    insisting = client.get("/practices/?q=диспечерская&exact=1").get_data(as_text=True)
    assert "Возможно, вы\u00a0искали:" in insisting
    assert "<b>диспетчерская</b>" in insisting
    assert ask(client, q="диспечерская", exact=1)["total"] == 0


def test_the_other_keyboard_layout_is_understood(catalogue, client):
    assert ask(client, q="cnfylfhn")["answered"] == "стандарт"


def test_words_of_drafts_are_not_suggested(catalogue, client):
    assert ask(client, q="наклейкаа")["answered"] == "наклейкаа"


def test_synonyms_find(catalogue, client):
    assert slugs(client, q="спецоперация семьям", sort="name") == slugs(client, q="СВО семьям", sort="name") != []


def test_places_that_answer_are_marked(catalogue, client):
    page = client.get("/practices/?q=диспетчерскую").get_data(as_text=True)
    assert "Семейная <mark>диспетчерская</mark>" in page
    page = client.get("/practices/?q=сенсорный").get_data(as_text=True)
    assert re.search(r'<p class="passage">[^<]*<mark>сенсорный</mark>', page)


def test_how_many_hold_all_the_words(catalogue, client):
    page = client.get("/practices/?q=ранняя помощь в районе").get_data(as_text=True)
    assert re.search(r"Все слова есть в\s\d+\sиз\sних", page)


@pytest.mark.parametrize(
    "q",
    [
        "а" * 500, "слово " * 120, "и в на", "👨‍👩‍👧", '"', "'", '"" OR ""', "NEAR(a b)", "title:x", "{title} : x", "*", "-", "a AND",
        "(", "отцы)", "\x00отцы\x00", "'; DROP TABLE practice; --", "\\", "x:*A & |", "\u202eыцто", "مرحبا", "<script>alert(1)</script>",
        "%", "_", "🙂" * 200, "1", "²", "отцы" + "\u0301" * 50,
    ],
)  # fmt: skip
def test_any_words_may_be_asked(shelf, client, q):
    assert ask(client, q=q)["total"] in range(5)
    page = client.get("/practices/?" + urlencode({"q": q}))
    assert page.status_code == 200
    assert "<script>alert" not in page.get_data(as_text=True)


def test_thousands_of_values_and_unknown_ones_are_passed_over(shelf, client, count_queries):
    many = [f"{number:08}" for number in range(3000)]
    client.get("/practices.json")
    with count_queries() as counted:
        found = ask(client, audience=[*many, "fathers", "FATHERS"], territory=many, near=many, sort="drop", page="x")
    assert found["filters"] == {}  # after the first thousand nothing is read
    assert counted.number <= 10
    assert ask(client, audience=["fathers"] * 2000, territory=[TULUN] * 500)["filters"] == {
        "audience": ["fathers"],
        "territory": [TULUN],
    }
    assert ask(client, near="99999999", size="huge", remoteness="", evidence="\x00")["filters"] == {}
    assert ask(client, page=10**12)["page"] == 1


def test_the_catalogue_follows_every_change(shelf, client):
    assert ask(client, audience="student")["total"] == 1
    with writing():
        factories.practice("Ещё студенты", slug="five", groups=[TargetGroup.student])
        operations.pages.bump("catalogue")
    assert ask(client, audience="student")["total"] == 2
    with writing():
        operations.set_spread(queries.practice_by_key("five"), factories.territory(TULUN), "works", 1)
    assert "five" in slugs(client, readiness="working")


def test_statements_do_not_grow_with_what_is_asked(catalogue, client, count_queries):
    def number(**params):
        client.get("/practices.json")
        with count_queries() as counted:
            ask(client, **params)
        return counted.number

    plain = number(audience="large")
    assert plain == 4
    assert number(audience=["large", "svo", "all"], sphere=["social", "culture"]) == plain
    assert number(territory=[TULUN, KUYTUN]) == plain
    assert number(q="семья") == plain + 3
    assert number(q="диспетчерская") == plain + 4


def test_combinations_do_not_push_other_pages_out(shelf, client):
    from kernel import pages

    pages.forget()
    client.get("/practices/")
    for value in TargetGroup:
        client.get(f"/practices/?audience={value.value}&sphere=social&size=city&readiness=working")
        client.get(f"/practices/?q={value.value}")
    assert len(pages._cache) == 1


def test_the_json_is_warm_and_says_where_the_next_page_is(catalogue, client):
    first = client.get("/practices.json?sort=name")
    again = client.get("/practices.json?sort=name", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert first.json["next"] == "https://forum.example.org/practices.json?sort=name&page=2"
    assert ask(client, sort="name", page=2)["next"] is None


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("тайшет", [TAYSHET]),
        ("Tайшетский", [TAYSHET]),
        ("район", []),
        ("та", []),
        ("25", []),
        ("отцы", []),
        ("%%%", []),
    ],
)
def test_a_search_finds_municipalities_too(shelf, client, typed, shown):
    page = client.get("/practices/?" + urlencode({"q": typed})).get_data(as_text=True)
    found = page[page.index('id="found"') - 2000 : page.index('id="found"')]
    assert re.findall(r'href="/territories/(\d+)/?"', found) == shown


def test_the_front_page_names_the_region_and_the_ways_in(shelf, client):
    page = client.get("/").get_data(as_text=True)
    ways = page[page.index('aria-label="Что здесь можно сделать"') :]
    assert re.findall(r'<h2><a href="([^"]+)"', ways)[:3] == ["/practices/", "/practices/new", "/forums/"]
    assert f'<a class="soft" href="/territories/{REGION}">Иркутская область</a>' in page


def test_a_territory_without_anything_leads_on(shelf, client):
    elsewhere = client.get("/territories/45000000").get_data(as_text=True)
    assert "Здесь пока ничего не начато" in elsewhere
    assert f'href="/territories/{REGION}"' in elsewhere
    assert 'href="/practices/"' in elsewhere
    for told in (TULUN, TAYSHET):  # one has taken a practice over, one has made one
        assert "Здесь пока ничего не начато" not in client.get(f"/territories/{told}").get_data(as_text=True)
