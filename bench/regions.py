"""What an answer in one region costs the pages of another: the same pages by turns, after nothing and after answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from flask import Flask

from bench.client import Client
from bench.servers import product
from bench.world import stale

HOME, AWAY, AWAY_TOWN = "25000000", "38000000", "38701000"
Answer = Callable[[], None]


def compare(app: Flask, found: dict[str, str], times: int) -> list[list[str]]:
    """A row a page: median milliseconds with nothing answered, after an answer elsewhere and after one of its own."""
    pages = {
        "region": f"/territories/{HOME}",
        "territory": f"/territories/{found['territory']}",
        "front page": "/",
        "adoption": "/adoption/",
        "practices": "/practices/",
    }
    _add_place(app)
    before: dict[str, Answer] = {
        "nothing": lambda: stale(app, "bench"),  # a commit that no page reads of: the server waits as long
        "elsewhere": _answer(app, found["practice"], AWAY_TOWN),
        "here": _answer(app, found["practice"], found["territory"]),
    }
    rows = [["page of a region", "nothing answered, ms", "elsewhere", "ratio", "here", "ratio"]]
    with product() as server:
        client = Client(server.port)
        for name, path in pages.items():
            spent: dict[str, list[float]] = {when: [] for when in before}
            for turn in range(times + 1):
                for when, answer in before.items():
                    client.get(path)
                    answer()
                    started = time.perf_counter()
                    assert client.get(path).status == 200
                    if turn:
                        spent[when].append((time.perf_counter() - started) * 1000)
            nothing, elsewhere, here = (median(spent[when]) for when in before)
            figures = [f"{nothing:.2f}", f"{elsewhere:.2f}", f"{elsewhere / nothing:.2f}"]
            rows.append([name, *figures, f"{here:.2f}", f"{here / nothing:.2f}"])
    return rows


def _add_place(app: Flask) -> None:
    from kernel.db import db
    from kernel.pages import bump
    from kernel.transaction import writing
    from territories.models import Level, Territory
    from territories.queries import current

    with app.app_context():
        with writing():
            above = current(AWAY)
            assert above is not None
            place = Territory(oktmo=AWAY_TOWN, name="город Курск", short_name="Курск", level=Level.municipality)
            place.parent_id, place.tile_col, place.tile_row = above.id, 0, 0
            db.session.add(place)
            db.session.flush()
            bump("site", "territories")
        db.session.remove()


def _answer(app: Flask, slug: str, oktmo: str) -> Answer:
    """A school of the place takes the practice; each answer moves it a stage on, and the next one back."""
    from accounts.operations import ensure_organisation
    from adoption.models import Stage
    from adoption.operations import Reached, Request, hold, move, move_back, start_adoption
    from adoption.queries import adoption_by_code, today
    from kernel.db import db
    from kernel.transaction import write
    from practices.queries import published_practice
    from territories.queries import territory_by_oktmo

    def begin() -> str:
        school = ensure_organisation("Школа, в которой измеряют", territory_by_oktmo(oktmo), by=None)
        asked = Request("Измерова Анна", "bench@example.org")
        return start_adoption(published_practice(slug), school, asked, by=None, letters=False)[0].code

    def deed() -> None:
        made = adoption_by_code(code)
        assert made is not None
        hold(made)
        if made.stage is Stage.interest:
            move(made, [Reached(Stage.assessment, today(), "приказ")], by=None, letters=False)
        else:
            move_back(made, Stage.interest, "измерение", by=None)

    def answer() -> None:
        with app.app_context():
            write(deed)
            db.session.remove()

    with app.app_context():
        code = write(begin)
        db.session.remove()
    return answer
