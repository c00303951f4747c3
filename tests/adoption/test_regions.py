"""What is answered in one region costs the pages and the writers of another nothing, and shows at once in its own."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from accounts.operations import ensure_organisation
from adoption import operations
from adoption.models import Adoption, Stage
from kernel import pages
from kernel.db import db
from kernel.pages import ContentVersion
from kernel.transaction import writing
from practices import operations as practices
from practices.models import Practice, PracticeSpread
from territories.models import Level, Territory
from tests import factories
from tests.adoption.conftest import ASKED, Tayshet, adoption, reached
from tests.conftest import settings
from tests.registrations.crowd import Crowd

LAUNCHED = reached(Stage.safeguards, Stage.launched)
KURSK, KURSK_TOWN = "38000000", "38701000"
ONLY_POSTGRESQL = pytest.mark.skipif(
    os.environ.get("TIRAZH_TEST_DB") != "postgresql", reason="SQLite lets one writer in at a time"
)


@dataclass(frozen=True)
class Regions(Tayshet):
    """The same practice taken in two regions; another practice only at home."""

    here: Adoption
    there: Adoption
    alone: Adoption


@pytest.fixture
def regions(tayshet) -> Regions:
    with writing():
        place = Territory(
            oktmo=KURSK_TOWN,
            name="город Курск",
            short_name="Курск",
            level=Level.municipality,
            parent_id=factories.territory(KURSK).id,
            tile_col=0,
            tile_row=0,
        )
        db.session.add(place)
        db.session.flush()
        other = factories.practice("Няня на час", slug="nanny")
        here = adoption(tayshet.practice, tayshet.organisation, Stage.staffing)
        alone = adoption(other, tayshet.organisation, Stage.staffing)
        there = adoption(tayshet.practice, factories.organisation(oktmo=KURSK_TOWN), Stage.staffing)
        pages.bump("site", "territories")
    return Regions(**vars(tayshet), here=here, there=there, alone=alone)


HOME = ("/", "/adoption/", "/adoption.json", "/practices/", "/practices/nanny")
"""Of the site's own region or of the whole country; the practice is not taken elsewhere."""
HERE = (f"/territories/{factories.TAYSHET}", f"/territories/{factories.REGION}")
THERE = (f"/territories/{KURSK_TOWN}", f"/territories/{KURSK}")
BOTH = ("/practices/konsultant",)


def tags(client, paths):
    return {path: client.get(path).headers["ETag"] for path in paths}


def launch(made):
    with writing():
        operations.move(made, LAUNCHED, by=None, letters=False)


def test_an_answer_in_another_region_leaves_every_page_of_this_one(regions, client, count_queries):
    before = tags(client, HOME + HERE)
    launch(regions.there)
    with count_queries() as counted:
        assert tags(client, HOME + HERE) == before
    assert counted.number == 0


def test_an_answer_is_seen_at_once_in_its_own_region_and_by_its_practice(regions, client):
    for made, own, others in ((regions.there, THERE + BOTH, HERE), (regions.here, HERE + HOME + BOTH, THERE)):
        own = tuple(path for path in own if path != "/practices/nanny")
        before, apart = tags(client, own), tags(client, others)
        launch(made)
        assert {path for path, tag in tags(client, own).items() if tag == before[path]} == {"/practices/"} & {*own}
        assert tags(client, others) == apart
        with writing():  # a launch is no work yet in the catalogue
            operations.confirm(made, by=None)
        assert {path for path, tag in tags(client, own).items() if tag == before[path]} == set()


def test_totals_of_the_country_are_seen_within_the_seconds_that_their_pages_name(regions, client, monkeypatch):
    now = pages.time.monotonic()
    monkeypatch.setattr(pages.time, "monotonic", lambda: now)
    for path in ("/", "/adoption/", "/practices/"):
        said = f"Данные по\u00a0всей стране обновляются не\u00a0реже одного раза в\u00a0{pages.TOTALS}\u00a0с."
        assert said in client.get(path).get_data(as_text=True), path
    assert client.get("/adoption.json").json["seconds"] == pages.TOTALS

    def works():
        figures = client.get("/adoption/totals.json").json["totals"]
        return next(one["number"] for one in figures if one["key"] == "adoptions")

    assert works() == 0
    launch(regions.there)
    with writing():
        operations.confirm(regions.there, by=None)
    now += pages.TOTALS / 2
    client.get("/adoption/totals.json?sort=name")  # makes the value anew, or takes the one it finds
    assert works() == 0
    now += pages.TOTALS / 2 + 0.1
    assert works() == 1
    assert "Работает: Курск" in client.get("/practices/").get_data(as_text=True).replace("\xa0", " ")


def raised(deed) -> set[tuple[str, str]]:
    def numbers():
        db.session.rollback()
        rows = db.session.execute(select(ContentVersion.scope, ContentVersion.part, ContentVersion.number))
        return {(row.scope, row.part): row.number for row in rows}

    before = numbers()
    deed()
    after = numbers()
    return {key for key, number in after.items() if before.get(key) != number}


def test_writers_of_two_regions_raise_no_version_in_common(regions):
    one, other = raised(lambda: launch(regions.here)), raised(lambda: launch(regions.there))
    assert one & other == set()
    assert {scope for scope, _part in other} == {
        f"territory:{KURSK_TOWN}",
        f"adoption:{KURSK}",
        "practice:konsultant",
        "spread",
    }


def test_editors_of_two_regions_raise_no_version_in_common(regions):
    with writing():
        from_there = factories.practice("Из Курска", territory_id=factories.territory(KURSK_TOWN).id)

    def edit(practice):
        with writing():
            practices.change_practice(practice, {"goal": "Иначе"}, by=None)

    one, other = raised(lambda: edit(regions.practice)), raised(lambda: edit(from_there))
    assert one & other == set()
    assert {scope for scope, _part in one} == {"catalogue", "practice:konsultant"}


def test_a_draft_that_nobody_reads_changes_no_page(regions):
    def write():
        with writing():
            values = {"name": "Черновик", "territory_id": regions.practice.territory_id}
            practices.fill(practices.add_practice(values, by=None), {"goal": "Иначе"})

    assert raised(write) == set()


def answer(regions: dict[str, Any], where: str) -> None:
    made = db.session.get_one(Adoption, getattr(regions, where).id)
    operations.hold(made)
    operations.move(made, LAUNCHED, by=None)


def begin(regions: dict[str, Any], where: str) -> None:
    place = db.session.get_one(Territory, getattr(regions, where).territory_id)
    practice = db.session.get_one(Practice, regions.practice.id)
    operations.start_adoption(practice, ensure_organisation("Другая школа", place, by=None), ASKED, by=None)


def tell(regions: dict[str, Any], where: str) -> None:
    made = db.session.get_one(Adoption, getattr(regions, where).id)
    operations.change(made, {"units": 7}, by=None)


@ONLY_POSTGRESQL
@pytest.mark.parametrize("deed", [answer, begin, tell])
def test_nobody_waits_for_what_is_under_way_in_another_region(regions, app, deed):
    """Of the same practice; a lock that the first holds would end the second after a second."""
    begun, go = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def hold_on() -> None:
        try:
            with app.app_context(), writing():
                deed(regions, "here")
                begun.set()
                assert go.wait(20)
        except BaseException as error:
            failed.append(error)
            begun.set()

    for made in (regions.here, regions.there, regions.practice):
        _ = made.id, getattr(made, "territory_id", None)
        db.session.expunge(made)
    db.session.rollback()
    writer = threading.Thread(target=hold_on)
    writer.start()
    try:
        assert begun.wait(20)
        with writing():
            db.session.execute(db.text("SET LOCAL lock_timeout = '1s'"))
            deed(regions, "there")
    finally:
        go.set()
        writer.join(20)
    assert failed == []


PROCESSES = 4


@pytest.fixture(scope="module")
def processes(application: Any, server: Any, tmp_path_factory: Any) -> Iterator[Crowd]:
    made = Crowd(PROCESSES, settings(server.url("test"), tmp_path_factory.mktemp("crowd")))
    yield made
    made.close()


START = "/practices/konsultant/adoption"
FORM = {"contact_name": "Ольга", "contact_email": "olga@example.org", "source": "", "organisation": "new"}
EACH = 6


@pytest.mark.processes
def test_writers_in_two_regions_are_all_counted_and_seen_by_every_worker_at_once(regions, processes):
    """Workers belong in turn to the one and the other region; all have the pages kept from before."""
    with writing():
        home, away = factories.coordinator(), factories.coordinator(KURSK_TOWN)
    processes.meet(START, home.get_id(), away.get_id())
    paths = [path for path in (*HERE, *THERE) for _process in range(PROCESSES)]
    before = [text for _status, text in processes.send([(path, None) for path in paths])]
    requests = [(START, FORM | {"new_organisation": f"Школа № {n}"}) for n in range(PROCESSES * EACH)]
    assert Counter(status for status, _where in processes.send(requests)) == {302: PROCESSES * EACH}
    after = [text.replace("\xa0", " ") for _status, text in processes.send([(path, None) for path in paths])]
    assert len({*before}) == len({*after}) == len({*HERE, *THERE})
    taken = 1 + PROCESSES * EACH // 2
    told = [f"в 1 учреждении из {taken}" in text for text in after]
    assert told == [path in (HERE[0], THERE[0]) for path in (*HERE, *THERE)] * PROCESSES  # worker by worker
    db.session.rollback()
    stands = select(PracticeSpread.organisations).where(PracticeSpread.practice_id == regions.practice.id)
    assert db.session.scalars(stands).all() == [taken, taken]
