"""A rush: many sign up at once. How many a second, how long each waits, and what the database alone could take.

The form is opened before, once by each client: what is timed is that it is sent and taken. The database alone: four
rows as wide as those of a sign-up and a counter that all share, by the driver, a transaction each, as many at once.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from sqlite3 import Connection
from statistics import quantiles
from typing import TYPE_CHECKING, NamedTuple

from flask import Flask

if TYPE_CHECKING:
    import psycopg

from bench.cases import filled
from bench.client import Client
from bench.servers import product
from bench.world import COMING

CLIENTS, SENT_BY_EACH = 8, 40
"""Of the rate; a database inserts with as many connections."""
CROWD, SIGN_UPS = 16, 2_000
AIM_RATE, AIM_SHARE, AIM_P95 = 100, 0.5, 500


class Rush(NamedTuple):
    rate: float
    """Sign-ups a second by `CLIENTS`."""
    inserts: float
    """Rows like theirs a second that the database alone took, each in a transaction of its own."""
    p95: float
    """Milliseconds, of `sign_ups` by `CROWD`."""
    sign_ups: int

    @property
    def holds(self) -> bool:
        return self.rate >= min(AIM_RATE, AIM_SHARE * self.inserts)


def rush(app: Flask, quick: bool) -> Rush:
    _open_the_hall(app)
    part = 5 if quick else 1
    _make_tables(app.config["SQLALCHEMY_DATABASE_URI"])
    inserts = _together(CLIENTS, _insert, app.config["SQLALCHEMY_DATABASE_URI"], SENT_BY_EACH)
    with product() as server:
        few = _together(CLIENTS, _sign_up, server.port, SENT_BY_EACH)
        many = _together(CROWD, _sign_up, server.port, SIGN_UPS // CROWD // part)
    return Rush(_rate(few), _rate(inserts), quantiles((took for took, _at in many), n=20)[-1] * 1000, len(many))


Done = list[tuple[float, float]]
"""Of each: how long it took, and when it was done."""


def _rate(done: Done) -> float:
    ends = [at for _took, at in done]
    begun = min(at - took for took, at in done)
    return len(done) / (max(ends) - begun)


def _together(processes: int, work: Callable[..., Done], *arguments: object) -> Done:
    """What `processes` do that begin at the same moment."""
    made = multiprocessing.get_context("spawn")
    barrier, found = made.Barrier(processes), made.Queue()
    started = [made.Process(target=_run, args=(work, barrier, found, arguments)) for _number in range(processes)]
    for process in started:
        process.start()
    done = [one for _process in started for one in found.get(timeout=600)]
    for process in started:
        process.join()
    return done


def _run(work: Callable[..., Done], barrier: Barrier, found: Queue[Done], arguments: tuple[object, ...]) -> None:
    found.put(work(barrier, *arguments))


def _sign_up(barrier: Barrier, port: int, times: int) -> Done:
    client, path = Client(port), f"/forums/{COMING}/registration"
    token = client.get(path).token
    barrier.wait(120)
    done = []
    for _turn in range(times):
        begun = time.perf_counter()
        answer = client.post(path, filled(token))
        assert answer.status == 303, f"registration answers {answer.status}"
        done.append((time.perf_counter() - begun, time.monotonic()))
    return done


def _insert(barrier: Barrier, address: str, times: int) -> Done:
    driver, mark = _driver(address)
    barrier.wait(120)
    done = []
    for _turn in range(times):
        begun = time.perf_counter()
        driver.execute("BEGIN IMMEDIATE" if mark == "?" else "BEGIN")
        for _row in range(4):
            driver.execute(f"INSERT INTO bench_row (text) VALUES ({mark})", ("а" * 200,))
        driver.execute("UPDATE bench_counter SET number = number + 1")
        driver.execute("COMMIT")
        done.append((time.perf_counter() - begun, time.monotonic()))
    return done


def _driver(address: str) -> tuple[Connection | psycopg.Connection, str]:
    """A connection, and how it marks values."""
    if address.startswith("sqlite"):
        import sqlite3

        driver = sqlite3.connect(address.removeprefix("sqlite:///"), isolation_level=None, timeout=60)
        driver.execute("PRAGMA synchronous=FULL")
        return driver, "?"
    import psycopg

    return psycopg.connect(address.replace("+psycopg", ""), autocommit=True), "%s"


def _make_tables(address: str) -> None:
    driver, _mark = _driver(address)
    key = "INTEGER" if address.startswith("sqlite") else "SERIAL"
    driver.execute("DROP TABLE IF EXISTS bench_row")
    driver.execute("DROP TABLE IF EXISTS bench_counter")
    driver.execute(f"CREATE TABLE bench_row (id {key} PRIMARY KEY, text VARCHAR(400))")
    driver.execute("CREATE TABLE bench_counter (number INTEGER)")
    driver.execute("INSERT INTO bench_counter VALUES (0)")
    driver.close()


def _open_the_hall(app: Flask) -> None:
    """Room for everybody: a waiting list would be another measure."""
    from sqlalchemy import update

    from forum.models import Quota
    from kernel.db import db
    from kernel.transaction import writing

    with app.app_context():
        with writing():
            db.session.execute(update(Quota).values(capacity=None))
        db.session.remove()
