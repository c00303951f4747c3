from __future__ import annotations

import gzip
from itertools import pairwise
from math import cos, isclose, radians, sin
from random import Random

import pytest

from territories.geometry import drawing, outlines
from territories.geometry.drawing import SIDE, draw, in_degrees, thinned, weight
from territories.geometry.outlines import area, dissolve, off, simplify
from territories.geometry.projection import Projection, unwrap


def square(west: float, south: float, size: float = 1.0) -> list[list[tuple[float, float]]]:
    return [[(west, south), (west + size, south), (west + size, south + size), (west, south + size)]]


def wavy(west: float, south: float, turns: int = 400) -> list[tuple[float, float]]:
    """A line northwards that trembles."""
    return [(west + 0.01 * sin(step), south + step / turns) for step in range(turns + 1)]


def test_a_region_across_the_180th_meridian_is_one_piece():
    assert unwrap([170, 179, -179, -170]) % 360 == pytest.approx(0, abs=1)
    project = Projection([(170, 65), (-170, 65), (179, 70)])
    assert project(170, 65)[0] < project(179, 65)[0] < project(-179, 65)[0] < project(-170, 65)[0]


def test_north_is_up_and_areas_are_kept():
    project = Projection([(100, 50), (120, 50), (100, 64), (120, 64)])
    assert project(110, 64)[1] < project(110, 50)[1]
    sizes = []
    for south in (50, 57, 63):
        ring = [project(*point) for point in square(104, south)[0]]
        true = cos(radians(south + 0.5))
        sizes.append(area(ring) / true)
    assert all(isclose(size, sizes[0], rel_tol=0.01) for size in sizes)


def test_a_shared_border_is_simplified_once_for_both():
    border = [(50, 0), (52, 10), (49, 20), (51, 30), (50, 40), (53, 50), (50, 60)]
    left = [(0, 0), *border, (0, 60)]
    right = [(100, 60), (100, 0), *border][::-1]
    light = simplify({"left": [left], "right": [right]}, 5)
    common = set(light["left"][0]) & set(light["right"][0])
    assert common == {(50, 0), (50, 60)}
    assert area(light["left"][0]) + area(light["right"][0]) == 100 * 60


def test_an_enclave_and_the_hole_around_it_stay_the_same_line():
    town = [(40, 40), (50, 38), (60, 40), (61, 50), (60, 60), (40, 60)]
    around = [(0, 0), (100, 0), (100, 100), (0, 100)]
    light = simplify({"town": [town], "around": [around, [*town[3:], *town[:3]][::-1]]}, 3)
    assert set(light["town"][0]) == set(light["around"][1])
    assert len(light["town"][0]) < len(town)


def test_the_smallest_islands_go_but_never_a_whole_territory():
    light = simplify({"a": [[(0, 0), (90, 0), (90, 90)], [(200, 0), (201, 0), (201, 1)]]}, 1, smallest=10)
    assert [len(light["a"]), area(light["a"][0])] == [1, 4050]
    assert simplify({"a": [[(0, 0), (1, 0), (1, 1)]]}, 5, smallest=10)["a"] == [[(0, 0), (1, 0), (1, 1)]]


def test_parts_cut_at_a_meridian_are_joined():
    west, east = [(0, 0), (10, 0), (10, 10), (0, 10)], [(10, 0), (20, 0), (20, 10), (10, 10)]
    joined = dissolve([west, east])
    assert len(joined) == 1
    assert area(joined[0]) == 200
    apart = [[(30, 0), (40, 0), (40, 10)], west]
    assert dissolve(apart) == apart


def test_a_map_is_drawn_within_its_frame():
    drawing = draw({"a": square(100, 50), "b": square(101, 50)}, {"a": (100.5, 50.5), "town": (101.2, 50.2)})
    assert max(drawing.width, drawing.height) <= SIDE * 1.25
    assert set(drawing.shapes) == {"a", "b", "town"}
    assert drawing.shapes["a"].path.startswith("M")
    assert drawing.shapes["a"].room > 100
    assert 0 < drawing.shapes["a"].x < drawing.width / 2 < drawing.shapes["b"].x < drawing.width
    assert (drawing.shapes["town"].path, drawing.shapes["town"].room) == ("", 0)


def test_a_small_town_is_a_dot_too():
    drawing = draw({"district": square(100, 50, 10), "town": square(104, 54, 0.1)}, {})
    assert drawing.shapes["town"].room == 0
    assert drawing.shapes["town"].path


def test_heavy_outlines_become_light_enough():
    shapes = {}
    for column in range(8):
        left, right = wavy(100 + column, 50, 3000), wavy(101 + column, 50, 3000)
        shapes[str(column)] = [[*left, *right[::-1]]]
    drawing = draw(shapes, {})
    paths = "".join(shape.path for shape in drawing.shapes.values())
    assert len(gzip.compress(paths.encode())) <= 8 * 260
    assert weight({"a": [[(0, 0), (5, 0), (5, 5)]]}) < 60


def test_what_is_kept_is_finer_than_what_is_drawn_and_comes_back():
    kept = thinned({"a": square(100, 50), "b": [[*wavy(101, 50), (102, 51), (102, 50)]]})
    assert sorted(kept["a"][0]) == [[1000000, 500000], [1000000, 510000], [1010000, 500000], [1010000, 510000]]
    assert 20 < len(kept["b"][0]) <= 403
    assert sorted(in_degrees(kept["a"])[0]) == sorted(square(100, 50)[0])


def test_the_path_says_where_the_outline_goes():
    from territories.geometry.drawing import path_of

    assert path_of([[(5, 7), (15, 7), (10, 2), (5, -3)]]) == "M5 7l10 0-5-5-5-5z"


def wandering(seed: int, length: int = 400) -> list[tuple[int, int]]:
    """A line that goes on, back and about, and nowhere twice."""
    chance, x, y, made = Random(seed), 0, 0, []
    for _step in range(length):
        x, y = x + chance.randint(-3, 6), y + chance.randint(-9, 9)
        made.append((x, y))
    return list(dict.fromkeys(made))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("work", [0, 3, outlines.LOOKS_A_VERTEX])
def test_whatever_is_dropped_lies_near_what_is_left(monkeypatch, seed, work):
    """Also when the work is used up at once, or on the way."""
    monkeypatch.setattr(outlines, "LOOKS_A_VERTEX", work)
    line, tolerance = wandering(seed), 6.0
    light = outlines._thin(line, tolerance)
    assert (light[0], light[-1]) == (line[0], line[-1])
    assert len(light) < len(line)
    places = [line.index(vertex) for vertex in light]
    for start, end in pairwise(places):
        for vertex in line[start + 1 : end]:
            assert off(vertex, line[start], line[end]) <= tolerance * tolerance + 1e-6


class Counted(list):
    """A line that counts how often one of its vertices is looked at."""

    looks = 0

    def __getitem__(self, place):
        self.looks += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("length", [1_000, 4_000])
def test_a_line_made_to_be_slow_takes_no_more_than_its_share(length):
    """A fan of spikes, each longer than the next, is split one vertex at a time: without a limit, length² looks."""
    line = Counted((number, (2 * length - number) * (number % 2) * 9) for number in range(length))
    light = outlines._thin(line, 2.0)
    assert len(light) > length // 2
    assert line.looks < 100 * length


def test_a_border_swept_is_still_one_border_for_both(monkeypatch):
    monkeypatch.setattr(outlines, "LOOKS_A_VERTEX", 0)
    border = sorted({x: (x, y) for x, y in wandering(7)}.values())
    low, high = border[0][0], border[-1][0]
    upper = [*border, (high, 900), (low, 900)]
    lower = [*reversed(border), (low, -900), (high, -900)]
    found = simplify({"upper": [upper], "lower": [lower]}, 6.0)
    mine, theirs = ({*found[name][0]} & {*border} for name in ("upper", "lower"))
    assert mine == theirs
    assert 2 < len(mine) < len(border)


def test_a_heavy_map_is_drawn_from_what_is_light_already(monkeypatch):
    """A ring that no tolerance makes light enough goes on from the step before, and stays a ring."""
    monkeypatch.setattr(drawing, "PLENTY", 50)
    ring = [(105 + number / 500, 52 + (0.5 if number % 2 else 0)) for number in range(1_000)]
    made = draw({"a": [[*ring, (107.0, 50.0), (105.0, 50.0)]]}, {})
    assert made.shapes["a"].path.count("z") == 1
    assert made.shapes["a"].room > 0
