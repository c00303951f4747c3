"""The whole country's municipalities, and whether pages notice them: `python -m bench --country`."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from flask import Flask

from bench.measure import Result

MUNICIPALITIES = 18_000
SEED = 2026
ALLOWED = 1.5


def fill(app: Flask, number: int = MUNICIPALITIES) -> None:
    """Add invented municipalities to the regions that have none, the same ones each time."""
    from sqlalchemy import insert, select

    from kernel.db import db, measure_tables
    from kernel.transaction import writing
    from territories.models import Level, Territory

    chance = Random(SEED)
    with app.app_context():
        with writing():
            taken = select(Territory.parent_id).where(Territory.level == Level.municipality)
            free = select(Territory.id).where(Territory.level == Level.region, Territory.id.not_in(taken))
            regions = list(db.session.scalars(free.order_by(Territory.oktmo)))
            rows = [
                {
                    "oktmo": f"02{index:06}",  # no region has this code
                    "name": f"Измеримый муниципальный округ № {index}",
                    "short_name": f"Измеримый {index}",
                    "level": Level.municipality,
                    "kind": "муниципальный округ",
                    "center": f"с. Измеримое-{index}",
                    "parent_id": regions[index % len(regions)],
                    "population": chance.randint(2_000, 90_000),
                    "lat": chance.uniform(45, 70),
                    "lon": chance.uniform(30, 170),
                    "tile_col": index // len(regions) % 18,
                    "tile_row": index // len(regions) // 18,
                }
                for index in range(number)
            ]
            db.session.execute(insert(Territory), rows)
            measure_tables()
        db.session.remove()


def compare(app: Flask, run: Callable[[], list[Result]]) -> None:
    """Run the cases, add the country, run them again; print how much dearer each has become."""
    before = {result.case.name: result for result in run()}
    fill(app)
    after = run()
    print(f"| case | × bare | with {MUNICIPALITIES:,} municipalities | grows × | SQL | allowed {ALLOWED} |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    for result in after:
        was = before[result.case.name]
        growth = result.ratio / was.ratio
        statements = f"{was.asked} → {result.asked}"
        verdict = "holds" if growth <= ALLOWED else "MISSES"
        name, first, then = result.case.name, f"{was.ratio:.1f}", f"{result.ratio:.1f}"
        print(f"| {name} | {first} | {then} | {growth:.2f} | {statements} | {verdict} |")
