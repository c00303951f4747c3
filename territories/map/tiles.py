"""The tile map's layout, computed from coordinates for any set of territories.

Each territory gets the grid cell nearest its place, where a place blends true coordinates with ranks
(so that crowded centres spread out). The assignment is optimal by squared distance
(Kuhn–Munkres with potentials, O(n²m)).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, cos, radians, sqrt

SPARE = 1.7
RANK_WEIGHT = 0.55
POINTS_ASSIGNED_AT_BEST = 160
"""More points than this are laid line by line: the optimal assignment would take many seconds."""


def layout(points: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Cells (col, row) for points (lat, lon), in the points' order; row 0 is the northernmost."""
    if not points:
        return []
    columns, rows = _grid(points)
    if len(points) > POINTS_ASSIGNED_AT_BEST:
        return _by_lines(points, columns)
    targets = list(
        zip(_blend([lon for _, lon in points], columns), _blend([-lat for lat, _ in points], rows), strict=True)
    )
    cells = [(x, y) for y in range(rows) for x in range(columns)]
    cost = [[(tx - x) ** 2 + (ty - y) ** 2 for x, y in cells] for tx, ty in targets]
    chosen = [cells[index] for index in _assign(cost)]
    left, top = min(x for x, _ in chosen), min(y for _, y in chosen)
    return [(x - left, y - top) for x, y in chosen]


def _by_lines(points: Sequence[tuple[float, float]], columns: int) -> list[tuple[int, int]]:
    """From north to south a line at a time, each from west to east and spread over its width."""
    order = sorted(range(len(points)), key=lambda index: -points[index][0])
    per_line = max(1, ceil(columns / SPARE))
    cells = [(0, 0)] * len(points)
    for line, start in enumerate(range(0, len(order), per_line)):
        chosen = sorted(order[start : start + per_line], key=lambda index: points[index][1])
        for place, index in enumerate(chosen):
            cells[index] = (place * columns // len(chosen), line)
    return cells


def _grid(points: Sequence[tuple[float, float]]) -> tuple[int, int]:
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    middle = radians((min(lats) + max(lats)) / 2)
    width = max((max(lons) - min(lons)) * cos(middle), 0.1)
    height = max(max(lats) - min(lats), 0.1)
    # Very long or very tall regions would make an unreadable map.
    ratio = min(max(width / height, 0.6), 1.8)
    cells = ceil(len(points) * SPARE)
    columns = max(1, round(sqrt(cells * ratio)))
    return columns, max(1, ceil(cells / columns))


def _blend(values: list[float], size: int) -> list[float]:
    low, high = min(values), max(values)
    order = sorted(range(len(values)), key=lambda index: values[index])
    rank = [0.0] * len(values)
    for place, index in enumerate(order):
        rank[index] = place / max(1, len(values) - 1)
    true = [(value - low) / (high - low) if high > low else 0.5 for value in values]
    return [
        (RANK_WEIGHT * by_rank + (1 - RANK_WEIGHT) * by_place) * (size - 1)
        for by_rank, by_place in zip(rank, true, strict=True)
    ]


def _assign(cost: list[list[float]]) -> list[int]:
    """For each row the column that minimises the total cost; needs columns ≥ rows."""
    n, m = len(cost), len(cost[0])
    u, v = [0.0] * (n + 1), [0.0] * (m + 1)
    match, way = [0] * (m + 1), [0] * (m + 1)
    for i in range(1, n + 1):
        match[0] = i
        column = 0
        least = [float("inf")] * (m + 1)
        used = [False] * (m + 1)
        while match[column]:
            used[column] = True
            row, delta, following = match[column], float("inf"), 0
            for j in range(1, m + 1):
                if used[j]:
                    continue
                reduced = cost[row - 1][j - 1] - u[row] - v[j]
                if reduced < least[j]:
                    least[j], way[j] = reduced, column
                if least[j] < delta:
                    delta, following = least[j], j
            for j in range(m + 1):
                if used[j]:
                    u[match[j]] += delta
                    v[j] -= delta
                else:
                    least[j] -= delta
            column = following
        while column:
            match[column] = match[way[column]]
            column = way[column]
    result = [0] * n
    for j in range(1, m + 1):
        if match[j]:
            result[match[j] - 1] = j - 1
    return result
