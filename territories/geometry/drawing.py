"""One map: the territories of a region as SVG paths in whole numbers, with a place for the sign of each."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from math import sqrt
from typing import NamedTuple

from territories.geometry.outlines import Ring, Vertex, area, dissolve, off, simplify
from territories.geometry.projection import Point, Projection

SIDE = 1000
"""Units of the longer side."""
PER_SHAPE = 260
"""Bytes of gzipped path a territory may take on average."""
TALLEST = 1.25
DOT = 620
"""Square units under which a territory is drawn as a dot besides its outline: a finger must hit it."""
DEGREE = 10_000
FINER = 8
"""Kept outlines are this much finer than drawn ones."""
PLENTY = 50_000
"""A map that is no lighter after simplifying is gone on with from there, not from the beginning."""
VERTICES_OF_AN_INSIDE = 5_000
"""So many vertices of an outline say where its inside is."""
Outline = Sequence[Sequence[Point]]
"""Rings of (longitude, latitude), outer ones and holes alike; the first point is not repeated."""


class Shape(NamedTuple):
    path: str
    x: int
    y: int
    room: int
    """Units free around (x, y); 0 when too small to be seen or hit by itself: a dot."""


class Drawing(NamedTuple):
    width: int
    height: int
    shapes: dict[str, Shape]


def draw(outlines: Mapping[str, Outline], centres: Mapping[str, Point]) -> Drawing:
    """`outlines` and `centres` (longitude, latitude) by territory; who has only a centre becomes a dot."""
    corners = [point for rings in outlines.values() for ring in rings for point in ring]
    project = Projection(corners or centres.values())
    rings = {name: [[project(*point) for point in ring] for ring in made] for name, made in outlines.items()}
    dots = {name: project(*point) for name, point in centres.items()}
    drawn = [point for made in rings.values() for ring in made for point in ring]
    scale, left, top, width, height = _frame(drawn or [*dots.values()])

    def place(point: Point) -> Vertex:
        return round((point[0] - left) * scale), round((point[1] - top) * scale)

    whole = {name: dissolve(_whole(made, place)) for name, made in rings.items()}
    light = _light_enough({name: made for name, made in whole.items() if made})
    shapes = {}
    for name in {**outlines, **centres}:
        made = light.get(name, [])
        if made:
            x, y, room = _inside(max(made, key=area))
            shapes[name] = Shape(path_of(made), x, y, room if sum(map(area, made)) >= DOT else 0)
        elif name in dots:
            shapes[name] = Shape("", *place(dots[name]), 0)
    return Drawing(width, height, shapes)


def _frame(points: Sequence[Point]) -> tuple[float, float, float, int, int]:
    """Scale, left, top, width, height."""
    left, right = min(x for x, _y in points), max(x for x, _y in points)
    top, bottom = min(y for _x, y in points), max(y for _x, y in points)
    across, down = max(right - left, 1e-6), max(bottom - top, 1e-6)
    scale = min(SIDE / across, SIDE * TALLEST / down)
    return scale, left, top, max(1, round(across * scale)), max(1, round(down * scale))


def _whole(rings: Sequence[Sequence[Point]], place: Callable[[Point], Vertex]) -> list[Ring]:
    """Rings on the grid, vertices that fall together joined."""
    made = []
    for ring in rings:
        vertices = [place(point) for point in ring]
        thin = [vertex for number, vertex in enumerate(vertices) if vertex != vertices[number - 1]]
        if len(thin) >= 3:
            made.append(thin)
    return made


def _light_enough(shapes: dict[str, list[Ring]]) -> dict[str, list[Ring]]:
    """Simplified with the least tolerance whose paths fit the weight."""
    tolerance, budget = 1.4, PER_SHAPE * max(8, len(shapes))
    while True:
        light = simplify(shapes, tolerance, smallest=max(4.0, tolerance * 4))
        if tolerance > 12 or weight(light) <= budget:
            return light
        if sum(len(ring) for rings in light.values() for ring in rings) > PLENTY:
            shapes = light
        tolerance *= 1.35


def weight(shapes: Mapping[str, Sequence[Ring]]) -> int:
    """Bytes of the gzipped paths."""
    return len(gzip.compress("".join(path_of(rings) for rings in shapes.values()).encode(), 6, mtime=0))


def path_of(rings: Sequence[Ring]) -> str:
    """«M10 20l3-4 5 6z»: the first vertex of each ring absolute, the rest relative."""
    parts = []
    for ring in rings:
        x, y = ring[0]
        steps = [f"M{x} {y}l"]
        for to_x, to_y in ring[1:]:
            dx, dy = to_x - x, to_y - y
            steps.append(f"{'' if dx < 0 or steps[-1].endswith('l') else ' '}{dx}{'' if dy < 0 else ' '}{dy}")
            x, y = to_x, to_y
        parts.append("".join(steps) + "z")
    return "".join(parts)


def _inside(ring: Ring) -> tuple[int, int, int]:
    """A place well inside the outline and the room around it: of a coarse grid the point farthest from the border."""
    ring = ring[:: len(ring) // VERTICES_OF_AN_INSIDE + 1]
    left, right = min(x for x, _y in ring), max(x for x, _y in ring)
    top, bottom = min(y for _x, y in ring), max(y for _x, y in ring)
    best, found = -1.0, ((left + right) // 2, (top + bottom) // 2)
    for column in range(1, 12):
        for line in range(1, 12):
            point = (left + (right - left) * column / 12, top + (bottom - top) * line / 12)
            if _contains(ring, point) and (room := _room(ring, point)) > best:
                best, found = room, (round(point[0]), round(point[1]))
    return *found, max(1, round(best))


def _contains(ring: Ring, point: Point) -> bool:
    x, y = point
    inside = False
    for place, (bx, by) in enumerate(ring):
        ax, ay = ring[place - 1]
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _room(ring: Ring, point: Point) -> float:
    return sqrt(min(off(point, ring[place - 1], vertex) for place, vertex in enumerate(ring)))


def thinned(outlines: Mapping[str, Outline]) -> dict[str, list[list[list[int]]]]:
    """Outlines as they are kept: 1/10,000 of a degree, without what no map of ours would show."""
    shapes = {
        name: _whole(made, lambda point: (round(point[0] * DEGREE), round(point[1] * DEGREE)))
        for name, made in outlines.items()
    }
    latitudes = [y for rings in shapes.values() for ring in rings for _x, y in ring] or [0]
    light = simplify(shapes, (max(latitudes) - min(latitudes)) / (SIDE * FINER))
    return {name: [[list(vertex) for vertex in ring] for ring in rings] for name, rings in light.items()}


def in_degrees(kept: Sequence[Sequence[Sequence[int]]]) -> list[list[Point]]:
    """What `thinned` made, as an outline again."""
    return [[(x / DEGREE, y / DEGREE) for x, y in ring] for ring in kept]
