"""Memory at rest and after many requests, and the time of a cold start."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

from flask import Flask

from bench.client import Client
from bench.servers import Server, bare, product
from bench.world import COMING, PAST

STARTS = 9
REQUESTS = 2000
ROUNDS = 5
WARM = 3
"""After so many rounds every thread of every process has met every kind of work; what comes later is growth."""


class Memory(NamedTuple):
    idle: float
    rounds: list[float]
    """After each 2,000 mixed requests."""
    processes: int

    @property
    def growth(self) -> float:
        return self.rounds[-1] - self.rounds[WARM - 1]


def memory() -> Memory:
    with product() as server:
        time.sleep(3)
        idle, processes = server.memory(), server.processes()
        return Memory(idle, [_loaded(server) for _ in range(ROUNDS)], processes)


def _loaded(server: Server) -> float:
    _mixed(server)
    return server.memory()


def _mixed(server: Server) -> None:
    """Visitors and organisers on several connections each, so that every process meets every kind of work."""
    visitors = [Client(server.port) for _ in range(4)]
    organisers = [Client(server.port) for _ in range(8)]
    organisers[0].sign_in("organiser@example.org", PASSWORD)
    for organiser in organisers[1:]:
        organiser.cookies.update(organisers[0].cookies)
    public = ("/", f"/forums/{COMING}/", f"/forums/{PAST}/programme", "/practices/", "/adoption/", "/en/practices/")
    desk = f"/manage/forums/{PAST}/registrations"
    for number in range(REQUESTS):
        organiser = organisers[number // 10 % 8]
        if number % 10 == 0:
            organiser.get(f"{desk}?page={number // 10 % 50}")
        elif number % 100 == 1:
            organiser.get(f"{desk}.xlsx")
        elif number % 10 == 5:
            visitors[0].get(f"/forums/{COMING}/registration")
        else:
            visitors[number % 4].get(public[number % len(public)])


class Start(NamedTuple):
    """Median seconds from exec to the first 200, taken in turns: a machine has its slow minutes."""

    product: float
    bare: float


def cold_start() -> Start:
    found: dict[Callable[[], Server], list[float]] = {product: [], bare: []}
    for _ in range(STARTS):
        for serve, seconds in found.items():
            with serve() as server:
                seconds.append(server.seconds)
    return Start(median(found[product]), median(found[bare]))


def building(app: Flask) -> float:
    """Median milliseconds in which the sets of the catalogue are built: what `home.warming` does before the fork."""
    from kernel import pages
    from practices.facets import catalogue

    found = []
    with app.app_context():
        for _ in range(STARTS):
            pages.forget()
            started = time.perf_counter()
            catalogue()
            found.append((time.perf_counter() - started) * 1000)
    return median(found)


PASSWORD = "demo-2026-forum"
