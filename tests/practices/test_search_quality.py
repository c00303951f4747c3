"""Does the search bring what people mean? Questions as they are typed, and the practice they are after.

The first half was written before the first synonym and is never changed: a question that turns out to be
a poor one stays, and counts. The second half was written before any synonym as well.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

HERE = Path(__file__).parent
HALVES = ("first", "second")


def questions(half: str) -> list[tuple[str, str]]:
    with (HERE / f"search_quality_{half}.csv").open(encoding="utf-8", newline="") as file:
        return [(row["query"], row["slug"]) for row in csv.DictReader(file, delimiter=";")]


def failing(client, half: str) -> dict[str, list[str]]:
    """Questions whose practice is not among the first three that the catalogue shows, with what it shows."""
    missed = {}
    for asked, wanted in questions(half):
        shown = [row["slug"] for row in client.get("/practices.json", query_string={"q": asked}).json["practices"]]
        if wanted not in shown[:3]:
            missed[asked] = shown[:3]
    return missed


def test_there_are_enough_questions_and_none_twice():
    asked = [query for half in HALVES for query, _slug in questions(half)]
    assert len(asked) >= 60
    assert len(questions("first")) >= 32
    assert len(set(asked)) == len(asked)


def test_people_find_what_they_mean(catalogue, client, capsys, record_property):
    missed = {half: failing(client, half) for half in HALVES}
    numbers = {half: len(questions(half)) for half in HALVES}
    with capsys.disabled():
        for half in HALVES:
            score = 1 - len(missed[half]) / numbers[half]
            record_property(f"success_at_3_{half}", score)
            lines = [f"    {asked} → {', '.join(shown) or '–'}" for asked, shown in missed[half].items()]
            print("", f"success@3, {half} half: {score:.3f} of {numbers[half]}", *lines, sep="\n")  # noqa: T201
    total = 1 - sum(map(len, missed.values())) / sum(numbers.values())
    assert total >= 0.9, missed


@pytest.mark.parametrize("half", HALVES)
def test_every_wanted_practice_is_published(catalogue, client, half):
    for _asked, slug in questions(half):
        assert client.get(f"/practices/{slug}").status_code == 200
