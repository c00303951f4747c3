"""Timing: the product and the bare page by turns, so that a noisy minute falls on both."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

from bench.cases import Case
from bench.client import Client
from bench.statements import Counted

WARM_UP = 3


@dataclass(frozen=True)
class Result:
    case: Case
    ms: float
    ratio: float
    ratio95: float
    bare_ms: float
    bytes: int
    asked: Counted

    @property
    def holds(self) -> bool | None:
        """Whether the aim is met; None without one."""
        if self.case.seconds is not None:
            return self.ms <= self.case.seconds * 1000
        return None if self.case.aim is None else self.ratio <= self.case.aim


def measure(case: Case, product: Client, bare: Client, times: int, asked: Counted) -> Result:
    own, other = [], []
    for turn in range(times + WARM_UP):
        case.before(product)
        started = time.perf_counter()
        answer = case.run(product)
        middle = time.perf_counter()
        bare.get("/")
        ended = time.perf_counter()
        assert answer.status == case.status, f"{case.name} answers {answer.status}"
        if turn >= WARM_UP:
            own.append((middle - started) * 1000)
            other.append((ended - middle) * 1000)
    ratios = sorted(a / b for a, b in zip(own, other, strict=True))
    p95 = ratios[min(len(ratios) - 1, round(len(ratios) * 0.95))]
    return Result(case, median(own), median(ratios), p95, median(other), len(answer.body), asked)
