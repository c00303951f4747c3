"""Short forms of names for the tiles of a map."""

from __future__ import annotations

import pytest

from kernel.abbreviations import WHOLE, abbreviations
from territories.map.queries import tiles
from tests import factories


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Братск", "Братск"),
        ("Тайшетский", "Тайшет."),
        ("Бодайбинский", "Бодайб."),
        ("Балаганский", "Балаг."),
        ("Усольский", "Усол."),
        ("Омская область", "Ом."),
        ("Ненецкий автономный округ", "Ненец."),
        ("Усть-Илимск", "У-Илимск"),
        ("Казачинско-Ленский", "К-Лен."),
        ("Нижнеудинский", "Н-Удин."),
        ("Усолье-Сибирское", "Усолье"),
        ("Ростов-на-Дону", "Ростов"),
        ("Новый Уренгой", "Н-Урен."),
        ("Комсомольск", "Комсом."),
        ("Ы", "Ы"),
    ],
)
def test_a_name_alone(name, short):
    assert abbreviations([name]) == [short]


def test_neighbours_differ():
    names = ["Черемхово", "Черемховский", "Усть-Илимск", "Усть-Илимский", "Тулун", "Тулунский", "Братск", "Братский"]
    shorts = ["Черем-о", "Черем-й", "У-Илимск", "У-Илим.", "Тулун", "Тулун.", "Братск", "Брат."]
    assert abbreviations(names) == shorts


def test_every_municipality_of_the_region_has_its_own(app):
    names = [tile.short_name for tile in tiles(factories.territory(factories.REGION).id)]
    shorts = abbreviations(names)
    assert len(set(shorts)) == len(names) == 42
    assert max(map(len, shorts)) <= WHOLE


def test_the_same_name_twice_and_none_at_all():
    assert abbreviations(["Заря", "Заря"]) == ["Заря", "Заря"]
    assert abbreviations([]) == []
