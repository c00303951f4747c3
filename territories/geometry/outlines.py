"""Outlines made simpler without gaps: a border two territories share is simplified once, for both.

Rings are cut into arcs where outlines part; each arc goes through Douglas–Peucker once, whatever its direction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import asin, atan2, hypot, pi, tau

Vertex = tuple[int, int]
Ring = list[Vertex]
"""Closed: the first vertex is not repeated at the end."""


def simplify(shapes: Mapping[str, Sequence[Ring]], tolerance: float, smallest: float = 0.0) -> dict[str, list[Ring]]:
    """Each shape's rings with vertices dropped that lie within `tolerance` of what remains.

    Rings with less than `smallest` area are left out, but never a shape's largest one.
    """
    parting = _partings(shapes)
    known: dict[tuple[Vertex, ...], list[Vertex]] = {}
    found = {}
    for name, rings in shapes.items():
        made = [_simpler(ring, parting, tolerance, known) for ring in rings]
        largest = max(range(len(rings)), key=lambda place: area(rings[place]), default=-1)
        kept = []
        for place, (ring, light) in enumerate(zip(rings, made, strict=True)):
            if len(light) >= 3 and area(light) > max(0.0, smallest):
                kept.append(light)
            elif place == largest:
                kept.append(light if len(light) >= 3 and area(light) > 0 else ring)
        found[name] = kept
    return found


def _partings(shapes: Mapping[str, Sequence[Ring]]) -> set[Vertex]:
    """Vertices with more than two different neighbours: there outlines meet or part."""
    beside: dict[Vertex, set[Vertex]] = defaultdict(set)
    for rings in shapes.values():
        for ring in rings:
            for place, vertex in enumerate(ring):
                beside[vertex].update((ring[place - 1], ring[(place + 1) % len(ring)]))
    return {vertex for vertex, others in beside.items() if len(others) > 2}


def _simpler(ring: Ring, parting: set[Vertex], tolerance: float, known: dict[tuple[Vertex, ...], list[Vertex]]) -> Ring:
    cuts = [place for place, vertex in enumerate(ring) if vertex in parting]
    if not cuts:  # an island, an enclave: begun at the same vertex from both sides
        start = ring.index(min(ring))
        turned = [*ring[start:], *ring[:start]]
        far = max(range(len(turned)), key=lambda place: _square(turned[0], turned[place]))
        return _arcs([turned[: far + 1], [*turned[far:], turned[0]]], tolerance, known)
    arcs = []
    for place, start in enumerate(cuts):
        end = cuts[(place + 1) % len(cuts)]
        arcs.append(ring[start : end + 1] if end > start else [*ring[start:], *ring[: end + 1]])
    return _arcs(arcs, tolerance, known)


def _arcs(arcs: list[list[Vertex]], tolerance: float, known: dict[tuple[Vertex, ...], list[Vertex]]) -> Ring:
    made: Ring = []
    for arc in arcs:
        backwards = arc[::-1] < arc
        key = tuple(arc[::-1] if backwards else arc)
        if key not in known:
            known[key] = _thin(key, tolerance)
        light = known[key][::-1] if backwards else known[key]
        made += light[:-1]
    return made


LOOKS_A_VERTEX = 40
"""So many looks at each vertex of a line: real borders take a tenth to a third of them, however long they are."""


def _thin(line: Sequence[Vertex], tolerance: float) -> list[Vertex]:
    """Douglas–Peucker, without recursion. A closed line is halved at its farthest vertex first.

    A line made to be slow (a zigzag is split one vertex at a time) uses its work up; what is left of it is swept.
    """
    keep = {0, len(line) - 1}
    limit = tolerance * tolerance
    work = LOOKS_A_VERTEX * len(line)
    spans = [(0, len(line) - 1)]
    while spans:
        start, end = spans.pop()
        work -= end - start
        if work < 0:
            keep.update(_swept(line, start, end, tolerance))
            continue
        place = _farthest(line, start, end, limit)
        if place >= 0:
            keep.add(place)
            spans += [(start, place), (place, end)]
    return [line[place] for place in sorted(keep)]


def _farthest(line: Sequence[Vertex], start: int, end: int, limit: float) -> int:
    """Where between two places the line is farthest from the segment, if farther than `limit` squared; else -1."""
    a, b = line[start], line[end]
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    worst, place = limit, -1
    for middle in range(start + 1, end):
        # `off`, written out: this loop is nearly all the time a map takes.
        x, y = line[middle]
        if length:
            along = max(0.0, min(1.0, ((x - a[0]) * dx + (y - a[1]) * dy) / length))
            across, down = a[0] + along * dx - x, a[1] + along * dy - y
        else:
            across, down = float(x - a[0]), float(y - a[1])
        away = across * across + down * down
        if away > worst:
            worst, place = away, middle
    return place


def _swept(line: Sequence[Vertex], start: int, end: int, tolerance: float) -> list[int]:
    """Places to keep between two, in one pass: from each kept vertex as far as one direction sees all the others.

    The directions that pass a vertex within `tolerance` are a sector; those that pass all of them, the common part.
    """
    keep = []
    here, middle, low, high, far = start, 0.0, 0.0, 0.0, 0.0
    for place in range(start + 1, end + 1):
        dx, dy = line[place][0] - line[here][0], line[place][1] - line[here][1]
        away = hypot(dx, dy)
        if far and (away < far or not low <= _turn(atan2(dy, dx) - middle) <= high):
            here = place - 1  # seen no longer, or on the way back: the last one seen begins anew
            keep.append(here)
            far = 0.0
            dx, dy = line[place][0] - line[here][0], line[place][1] - line[here][1]
            away = hypot(dx, dy)
        if away <= tolerance:
            continue
        half = asin(tolerance / away)
        if not far:
            middle, low, high = atan2(dy, dx), -half, half
        else:
            turn = _turn(atan2(dy, dx) - middle)
            low, high = max(low, turn - half), min(high, turn + half)
        far = away
    return keep


def _turn(angle: float) -> float:
    """The same angle between -π and π."""
    return (angle + pi) % tau - pi


def _square(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def off(point: tuple[float, float], a: Vertex, b: Vertex) -> float:
    """Squared distance from `point` to the segment."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    if not length:
        return _square(point, a)
    along = max(0.0, min(1.0, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length))
    x, y = a[0] + along * dx - point[0], a[1] + along * dy - point[1]
    return x * x + y * y


def area(ring: Sequence[tuple[float, float]]) -> float:
    """Without sign."""
    total = sum(ring[place - 1][0] * vertex[1] - vertex[0] * ring[place - 1][1] for place, vertex in enumerate(ring))
    return abs(total) / 2


def dissolve(rings: Sequence[Ring]) -> list[Ring]:
    """Join parts of one territory that touch along a line, as parts cut at the 180th meridian do."""
    edges = [(ring[place - 1], vertex) for ring in rings for place, vertex in enumerate(ring)]
    known = set(edges)
    left = [edge for edge in edges if edge[::-1] not in known]
    if len(left) == len(edges):
        return list(rings)
    after: dict[Vertex, list[Vertex]] = defaultdict(list)
    for start, end in left:
        after[start].append(end)
    joined = []
    for start, _end in left:
        ring: Ring = []
        here = start
        while after[here]:
            ring.append(here)
            here = after[here].pop()
        if len(ring) >= 3:
            joined.append(ring)
    return joined
