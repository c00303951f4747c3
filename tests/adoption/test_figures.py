"""Every figure on map, matrix, curve, sheet and territory page, computed again by walking over the objects."""

from __future__ import annotations

import html
import io
import re
from collections import defaultdict
from datetime import date, datetime, timedelta

import html5lib
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from adoption.models import Adoption, Exit, Stage
from adoption.sheet import queries
from kernel.db import db
from tests import factories
from tests.client import X

pytestmark = [pytest.mark.reads, pytest.mark.differs]
TODAY = date(2027, 3, 1)
ORDER = list(Stage)
STATES = ["think", "think", "ready", "ready", "ready", "works", "works", "firm"]
RANK = ["think", "ready", "works", "firm"]
WORDS = {"think": "Думаем", "ready": "Готовим", "works": "Работает", "firm": "Закрепили"}


class One:
    """An adoption as a person would read it from its page."""

    def __init__(self, adoption: Adoption) -> None:
        self.code, self.exit, self.units = adoption.code, adoption.exit, adoption.units
        self.slug, self.practice = adoption.practice.slug, adoption.practice.name
        self.oktmo, self.place = adoption.territory.oktmo, adoption.territory.name
        self.region = adoption.territory.oktmo == factories.REGION
        self.organisation = adoption.organisation_id
        self.groups = {group.value for group in adoption.practice.target_groups}
        self.stage = adoption.stage
        live = [step for step in adoption.steps if step.withdrawn_at is None]
        self.confirmed_at = next((step.confirmed_at for step in live if step.stage is Stage.launched), None)
        self.confirmed = self.confirmed_at is not None
        told = STATES[ORDER.index(adoption.stage)]
        self.reported = told in ("works", "firm") and not self.confirmed
        self.state = "ready" if self.reported else told
        self.days = {step.stage: step.reached_on for step in adoption.steps if step.withdrawn_at is None}
        self.recorded = {step.stage: step.recorded_at for step in adoption.steps if step.withdrawn_at is None}

    @property
    def stands_at(self) -> Stage:
        """What nobody has confirmed stands at its launch."""
        return Stage.launched if self.reported else self.stage

    def heard(self) -> dict[Stage, datetime]:
        """When each stage was heard of: a launch, and what came after it, once it is confirmed."""
        if self.reported:
            return {stage: at for stage, at in self.recorded.items() if stage.number < Stage.launched.number}
        late = Stage.launched.number
        return {
            stage: max(at, self.confirmed_at) if stage.number >= late else at for stage, at in self.recorded.items()
        }

    def reached(self, state: str) -> date | None:
        """The first day it stood in `state` or beyond it; without a confirmation nothing works."""
        if state != "ready" and not self.confirmed:
            return None
        known = [day for stage, day in self.days.items() if RANK.index(STATES[ORDER.index(stage)]) >= RANK.index(state)]
        return min(known, default=None)


@pytest.fixture
def everything(loaded) -> list[One]:
    return [One(adoption) for adoption in db.session.scalars(select(Adoption)).all()]


@pytest.fixture
def going(everything) -> list[One]:
    found = [one for one in everything if one.exit is None]
    assert (len(everything), len(found)) == (71, 61)
    assert sum(one.reported for one in found) == 8
    return found


def furthest(some: list[One]) -> str | None:
    return max((one.state for one in some), key=RANK.index, default=None)


def cells(going: list[One]) -> dict[tuple[str, str], list[One]]:
    """(practice's slug, OKTMO) → its adoptions."""
    found = defaultdict(list)
    for one in going:
        found[one.slug, one.oktmo].append(one)
    return found


def test_totals(going, client):
    found = {figure["key"]: figure for figure in client.get("/adoption/totals.json").json["totals"]}
    working = [one for one in going if one.state in ("works", "firm")]
    by_practice = defaultdict(set)
    for one in working:
        by_practice[one.slug].add(one.oktmo)
    launches = [(one.days[Stage.launched] - one.days[Stage.interest]).days for one in working]
    assert {key: figure["number"] for key, figure in found.items()} == {
        "municipalities": len({one.oktmo for one in working if not one.region}),
        "adoptions": len(working),
        "practices": len(by_practice),
        "days_to_launch": median(launches),
        "organisations": len({one.organisation for one in working}),
        "spread": sum(len(places) >= 5 for places in by_practice.values()),
        "preparing": sum(one.state == "ready" and not one.reported for one in going),
        "reported": sum(one.reported for one in going),
        "served": sum(one.units for one in working if one.units is not None),
    }
    reported = sum(one.units is not None for one in working)
    assert f"сообщили {reported} из {len(working)}" in found["served"]["definition"].replace("\xa0", " ")
    page = text(client.get("/adoption/"))
    assert all(figure["value"].replace("\xa0", " ") in page for figure in found.values())
    assert page.count("<small>на 1 марта 2027 года</small>") == len(found)


def text(answer) -> str:
    return html.unescape(answer.get_data(as_text=True)).replace("\xa0", " ")


@pytest.mark.parametrize("state", ["", *RANK])
@pytest.mark.parametrize("audience", ["", "large"])
@pytest.mark.parametrize("practice", ["", "domashniy-konsultant"])
def test_map(going, client, state, audience, practice):
    query = {"state": state, "audience": audience, "practice": practice}
    found = {place["oktmo"]: place for place in client.get("/adoption/map.json", query_string=query).json["map"]}
    chosen = [one for one in going if (not audience or audience in one.groups) and practice in ("", one.slug)]
    here, reported = defaultdict(list), defaultdict(int)
    for (_slug, oktmo), some in cells(chosen).items():
        if state in ("", furthest(some)):
            here[oktmo].append(furthest(some))
            reported[oktmo] += any(one.reported for one in some)
    assert len(found) == 42
    for oktmo, place in found.items():
        states = here[oktmo]
        assert place["state"] == max(states, key=RANK.index, default=None), place
        assert place["states"] == {name: states.count(name) for name in RANK}, place
        assert place["reported"] == reported[oktmo], place
        assert place["practices"] == (len(states) if state else sum(name != "think" for name in states)), place
    coloured = sum(bool(here[oktmo]) for oktmo in found)
    page = text(client.get("/adoption/", query_string=query))
    assert int(re.search(r"На карте отмечен[оы]? (\d+) муниципалитет", page)[1]) == coloured
    if not practice:
        assert_tiles_say(page, found)


def assert_tiles_say(page: str, found: dict) -> None:
    names = {"think": "думаем", "ready": "готовим", "works": "работает", "firm": "закрепили"}
    for place in found.values():
        told = [f"{names[name]} — {place['states'][name]}" for name in reversed(RANK) if place["states"][name]]
        told += [f"запуск заявлен, подтверждается — {place['reported']}"] if place["reported"] else []
        assert f"{place['name']}: {', '.join(told) or 'пока ничего'}" in page


def table(answer) -> list[list[str]]:
    """The rows of the matrix as text, a cell's words for readers of the screen."""
    document = html5lib.parse(answer.get_data(as_text=True))
    region = next(one for one in document.iter(f"{X}div") if "matrix" in (one.get("class") or "").split())
    return [
        ["".join(cell.itertext()).replace("\xa0", " ").strip() for cell in row if cell.tag in (f"{X}td", f"{X}th")]
        for row in region.iter(f"{X}tr")
    ]


def said(some: list[One]) -> str:
    """What a cell says: the state, the organisations in it out of those that take part, and the same as digits."""
    if not some:
        return ""
    state = furthest(some)
    there, reported = (sum(one.state == state for one in some), sum(one.reported for one in some))
    waits = f", запуск заявлен, подтверждается{f': {reported}' if len(some) > 1 else ''}" if reported else ""
    mark = "?" if reported else ""
    if len(some) == 1:
        return WORDS[state] + waits + mark
    if there < len(some):
        noun = "учреждении" if there == 1 else "учреждениях"
        return f"{WORDS[state]}, в {there} {noun} из {len(some)}{waits}{there}/{len(some)}{mark}"
    return f"{WORDS[state]}, в {there} учреждениях{waits}{there}{mark}"


def test_matrix(going, client):
    heading, *lines = table(client.get("/adoption/?sort=name"))
    places = {one.oktmo: one.place for one in going}
    shorts = {factories.territory(oktmo).short_name: oktmo for oktmo in places if oktmo != factories.REGION}
    found = cells(going)
    assert len(heading) - 2 >= 42
    slugs = {one.practice: one.slug for one in going}
    assert sorted(slugs) == sorted(line[0] for line in lines)
    for line in lines:
        slug = slugs[line[0]]
        works = sum(furthest(some) in ("works", "firm") for (one, _place), some in found.items() if one == slug)
        assert line[1] == (str(works) if works else "—")
        for short, said_there in zip(heading[2:], line[2:], strict=True):
            oktmo = shorts.get(short) or (factories.REGION if short == places.get(factories.REGION) else "")
            assert said_there == said(found.get((slug, oktmo), [])), (line[0], short)


def test_matrix_turned_is_the_same(going, client):
    straight = table(client.get("/adoption/?sort=name"))
    turned = table(client.get("/adoption/?sort=name&turned=1"))
    assert [line[2:] for line in turned[1:]] == [list(column) for column in zip(*straight[1:], strict=True)][2:]
    working = [sum(word.startswith(("Работает", "Закрепили")) for word in line[2:]) for line in turned[1:]]
    assert [int(line[1].replace("—", "0")) for line in turned[1:]] == working


def test_matrix_in_a_workbook(going, client):
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/adoption/matrix.xlsx?sort=name").data))
    heading, *lines = book.get_sheet_by_index(0).to_python()
    found, slugs = cells(going), {one.practice: one.slug for one in going}
    oktmo = {one.place: one.oktmo for one in going}
    seen = 0
    for line in lines:
        for place, said_there in zip(heading[2:], line[2:], strict=True):
            some = found.get((slugs[line[0]], oktmo.get(place, "")), [])
            assert bool(said_there) == bool(some)
            assert ("запуск заявлен" in said_there) == any(one.reported for one in some)
            seen += len(some)
    assert seen == len(going)
    list_book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/adoption.xlsx").data))
    rows = list_book.get_sheet_by_index(0).to_python()[1:]
    assert (len(rows), sum(row[4] for row in rows)) == (len(found), len(going))
    assert sum(row[6] for row in rows) == sum(one.reported for one in going)
    assert sum(row[5] for row in rows) == sum(one.confirmed for one in going)


def test_curve(going, client):
    points = client.get("/adoption/curve.json").json["curve"]
    first = min(one.reached("ready") for one in going if one.reached("ready"))
    assert points[0]["date"][:7] == first.isoformat()[:7]
    assert points[-1]["date"] == TODAY.isoformat()
    assert len(points) == (TODAY.year - first.year) * 12 + TODAY.month - first.month + 1
    for point in points:
        day = date.fromisoformat(point["date"])
        for state in RANK[1:]:
            reached = [one for one in going if one.reached(state) and one.reached(state) <= day]
            assert point["adoptions"][state] == len(reached)
            assert point["municipalities"][state] == len({one.oktmo for one in reached if not one.region})
    page = text(client.get("/adoption/"))
    months = re.findall(r"<th scope=\"row\">(\d\d\.\d\d\.\d{4})</th>((?:<td class=\"num\">\d+</td>){6})", page)
    told = {day: [int(number) for number in re.findall(r">(\d+)<", numbers)] for day, numbers in months}
    assert told == {
        date.fromisoformat(point["date"]).strftime("%d.%m.%Y"): [
            *(point["municipalities"][state] for state in RANK[1:]),
            *(point["adoptions"][state] for state in RANK[1:]),
        ]
        for point in points
    }
    for state, label in (("ready", "Начали готовить"), ("works", "Работает"), ("firm", "Закрепили")):
        for kind in ("municipalities", "adoptions"):
            assert f"{label}: <b>{points[-1][kind][state]}</b>" in page


def test_curve_in_a_workbook(going, client):
    points = client.get("/adoption/curve.json").json["curve"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/adoption/curve.xlsx").data))
    rows = book.get_sheet_by_index(0).to_python()[1:]
    assert [(row[0].isoformat(), *map(int, row[1:])) for row in rows] == [
        (point["date"], *(point[kind][state] for kind in ("municipalities", "adoptions") for state in RANK[1:]))
        for point in points
    ]


def test_territory_pages(going, client):
    for oktmo in {one.oktmo for one in going if not one.region}:
        page = text(client.get(f"/territories/{oktmo}"))
        line = r'<a href="/practices/([\w-]+)">[^<]+</a> <span><span class="quiet small">([^<]+)</span>(.*?)</li>'
        found = re.findall(line, page)
        told = {slug: counted for slug, counted, _rest in found}
        wanted, waits = {}, {slug for slug, _counted, rest in found if "запуск заявлен, подтверждается" in rest}
        assert waits == {one.slug for one in going if one.oktmo == oktmo and one.reported}
        for (slug, place), some in cells(going).items():
            if place == oktmo:
                there = sum(one.state == furthest(some) for one in some)
                noun = "учреждении" if there == 1 else "учреждениях"
                whole = f"в {len(some)} {noun}"
                wanted[slug] = whole if there == len(some) else f"в {there} {noun} из {len(some)}"
        assert told == wanted, oktmo


def usual(everything: list[One]) -> dict[Stage, int]:
    spent = defaultdict(list)
    for one in everything:
        for number, stage in enumerate(ORDER[:-1]):
            following = ORDER[number + 1]
            told = one.confirmed or following.number < Stage.launched.number
            if told and stage in one.days and following in one.days:
                spent[stage].append((one.days[following] - one.days[stage]).days)
    return {stage: median(days) for stage, days in spent.items() if len(days) >= 5}


def median(days: list[int]) -> int:
    days = sorted(days)
    half = len(days) // 2
    return days[half] if len(days) % 2 else (days[half - 1] + days[half] + 1) // 2


def test_sheet(loaded, everything, going, client):
    made = queries.sheet(loaded, size=1000)
    middle = usual(everything)
    standing = {}
    for one in going:
        stage = one.stands_at
        if stage is not Stage.sustained and stage in middle:
            quiet = {Stage.launched: 90, Stage.operating: 180}.get(stage, 0)
            days = (TODAY - one.days[stage]).days
            if days > max(2 * middle[stage], quiet):
                standing[one.code] = (days, middle[stage])
    assert {case.adoption.code: (case.stay.days, case.stay.usual) for case in made.cases} == standing
    assert made.standing == len(standing) > 20
    assert {state.value: number for state, number in made.states.items()} == {
        name: sum(one.state == name for one in going) for name in RANK
    }
    assert made.paused == sum(one.exit is Exit.paused for one in everything)
    assert made.interrupted == sum(one.exit in (Exit.declined, Exit.stopped) for one in everything)
    assert made.municipalities == len({one.oktmo for one in everything if not one.region})
    assert made.reported == sum(one.reported for one in going)
    assert made.working == len({o.oktmo for o in going if o.state in ("works", "firm") and not o.region})


def test_what_moved(loaded, going):
    """On the Sunday 22 November 2026 what was written down since Monday the 16th."""
    from datetime import UTC, datetime

    from kernel import db as clock

    clock.set_clock(lambda: datetime(2026, 11, 22, 4, tzinfo=UTC))
    made = queries.sheet(loaded)
    monday = date(2026, 11, 16)
    moved = [one for one in going if any(monday <= at.date() for at in one.heard().values())]
    assert (made.monday, made.moved) == (monday, len(moved))
    assert sorted(move.code for move in made.moves) == sorted(one.code for one in moved)[:5]
    days = {one.code: max(one.days[stage] for stage, at in one.heard().items() if at.date() >= monday) for one in moved}
    assert {move.code: move.day for move in made.moves} == days
    assert queries.last_monday(monday) == monday - timedelta(days=7)
