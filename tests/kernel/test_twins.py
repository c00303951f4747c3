"""Cyrillic and Latin letters that look alike: noticed, and found in either spelling."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import select

from accounts.models import User
from kernel.db import db
from kernel.transaction import writing
from kernel.twins import begins, holds, odd_address, odd_name
from tests import factories

pytestmark = pytest.mark.differs

CASES = Path(__file__).parents[1] / "cases"


@pytest.mark.parametrize(
    ("address", "odd"),
    [
        ("anna@example.org", None),
        ("ivan@пример.рф", None),
        ("ivan@xn--e1afmkfd.xn--p1ai", None),
        ("\u0430nna@example.org", ("\u0430", "anna@example.org")),
        ("ivan@\u0435\u0445ample.org", ("\u0435, \u0445", "ivan@example.org")),
        ("ivan@пример.\u0440f", ("п, р, и, м, е", "")),
        ("ivan@пример.p\u0444", ("p", "ivan@пример.рф")),
        ("\u0430nna@пример.рф", ("\u0430", "anna@пример.рф")),
        ("иван@пример.рф", ("и, в, а, н", "")),
        ("jos\u00e9@example.org", ("\u00e9", "")),
    ],
)
def test_an_address_is_odd(address, odd):
    assert odd_address(address) == odd


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("Примерова Анна", None),
        ("Smith Anna", None),
        ("Примерова Anna Smith", None),
        ("王小明", None),
        ("Ахе Хо", None),
        ("Пример\u006fва Анна", ("o", "Примерова Анна")),
        ("Ivan\u043ev Ivan", ("\u043e", "Ivanov Ivan")),
        ("Примерова А. C.", ("C", "Примерова А. С.")),
        ("Smith А", ("А", "Smith A")),
        ("Приmerова Анна", ("П, р, и, о, в, а", "")),
    ],
)
def test_a_name_is_odd(name, odd):
    found = odd_name(name)
    assert (found if odd is None else found and found.meant) == (odd and odd[1])
    if odd and odd[1]:
        assert found.letters == odd[0]


def test_the_cases_are_noticed_and_those_of_a_domain_are_not():
    def addresses(name):
        with (CASES / name).open(encoding="utf-8-sig") as lines:
            return [row["Электронная почта"] for row in csv.DictReader(lines, delimiter=";")]

    meant = [odd_address(address).meant for address in addresses("07-cyrillic-letters-in-latin-address.csv")]
    assert meant == ["anna@example.org", "ivan@example.org"]
    assert [odd_address(address) for address in addresses("06-idn-letters.csv")] == [None, None]


def test_either_spelling_is_found(app):
    with writing():
        factories.user("\u0430nna@example.org", "Опечаткин *Иван")
        factories.user("anna@example.org", "\u004fпечаткин Пётр")
        factories.user("beta@example.org", "Другая Алла")

    def found(condition):
        return db.session.scalar(select(db.func.count(User.id)).where(condition))

    for typed in ("anna@ex", "\u0430nn\u0430@\u0435x"):
        assert found(holds(User.email, typed)) == 2
    for typed in ("опечат", "\u006fпечат"):
        assert (found(holds(User.name_key, typed)), found(begins(User.name_key, typed))) == (2, 2)
        assert found(begins(User.name_key, typed, anywhere=False)) == 2
    assert (found(begins(User.name_key, "ван")), found(begins(User.name_key, "иван"))) == (0, 1)
    assert [found(holds(User.name_key, typed)) for typed in ("о*", "о.е", "о[", "о\\", "{о", "*о")] == [0] * 6
