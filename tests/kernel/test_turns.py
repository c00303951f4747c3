from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from kernel import turns


def use(path: str) -> tuple[float, float]:
    """When this one had its turn, and when it gave it back."""
    with turns.turns(path).taken():
        begun = time.monotonic()
        time.sleep(0.02)
        return begun, time.monotonic()


def in_a_process(path: str, found: multiprocessing.Queue) -> None:
    with ThreadPoolExecutor(4) as threads:
        found.put(list(threads.map(use, [path] * 4)))


def one_after_another(taken: list[tuple[float, float]]) -> bool:
    return all(ended <= begun for (_begun, ended), (begun, _ended) in pairwise(sorted(taken)))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_threads_and_processes_take_their_turns(tmp_path: Path, method: str) -> None:
    """Also those forked from one that has had its turn: they share its file, and would share its lock."""
    path = str(tmp_path / "database")
    use(path)
    made = multiprocessing.get_context(method)
    found = made.Queue()
    started = [made.Process(target=in_a_process, args=(path, found)) for _number in range(2)]
    for process in started:
        process.start()
    taken = [one for _process in started for one in found.get(timeout=60)]
    for process in started:
        process.join()
    assert len(taken) == 8
    assert one_after_another(taken)


def test_an_error_gives_the_turn_back(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), turns.turns(str(tmp_path / "database")).taken():
        raise ZeroDivisionError
    use(str(tmp_path / "database"))


def test_whoever_waits_too_long_goes_on_without_a_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's own lock says then who may write."""
    monkeypatch.setattr(turns, "SECONDS_IN_TURN", 0.05)
    path = str(tmp_path / "database")
    with turns.turns(path).taken(), ThreadPoolExecutor(1) as threads:
        assert threads.submit(use, path).result(5)
