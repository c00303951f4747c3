"""Does the search bring what people mean? Questions as they are typed, the practice they are after."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import select

from kernel.db import db
from practices.models import Practice
from practices.queries import find

HERE = Path(__file__).parent


def questions(half: str) -> list[tuple[str, str]]:
    with (HERE / f"search_quality_{half}.csv").open(encoding="utf-8", newline="") as file:
        return [(row["query"], row["slug"]) for row in csv.DictReader(file, delimiter=";")]


@pytest.fixture
def missed(catalogue):
    """`missed(half)`: the questions whose practice is not among the first three, with what came instead."""
    slugs = {row.id: row.slug for row in db.session.execute(select(Practice.id, Practice.slug))}

    def ask(half: str) -> dict[str, list[str]]:
        answers = {asked: [slugs[found] for found in find(asked)][:3] for asked, _wanted in questions(half)}
        return {asked: answers[asked] for asked, wanted in questions(half) if wanted not in answers[asked]}

    return ask


def test_the_first_half(missed):
    failing = missed("first")
    score = 1 - len(failing) / len(questions("first"))
    print(f"success@3, first half: {score:.3f}", *failing.items(), sep="\n")
    assert score > 0


def test_the_second_half(missed):
    failing = missed("second")
    print(f"success@3, second half: {1 - len(failing) / len(questions('second')):.3f}", *failing.items(), sep="\n")
    assert len(failing) < len(questions("second"))
