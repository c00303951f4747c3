"""An equal-area conic for one region (Albers): no district looks larger than it is, north stays up in the middle."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from math import cos, radians, sin, sqrt

Point = tuple[float, float]


def unwrap(longitudes: Iterable[float]) -> float:
    """The longitude west of which 360 is added, so that a region across the 180th meridian is one piece.

    It is the middle of the widest empty stretch of the circle.
    """
    known = sorted({longitude % 360 for longitude in longitudes})
    if not known:
        return -180.0
    gaps = [(known[0] + 360 - known[-1], known[-1])]
    gaps += [(after - before, before) for before, after in pairwise(known)]
    width, start = max(gaps)
    return start + width / 2


class Projection:
    """Fitted to some points (longitude, latitude); gives kilometres-like units, y downwards."""

    def __init__(self, points: Iterable[Point]) -> None:
        known = list(points)
        self.cut = unwrap(longitude for longitude, _latitude in known)
        eastings = [self._turn(longitude) for longitude, _latitude in known]
        latitudes = [latitude for _longitude, latitude in known]
        low, high = min(latitudes), max(latitudes)
        first, second = radians(low + (high - low) / 6), radians(high - (high - low) / 6)
        self.middle = (min(eastings) + max(eastings)) / 2
        self.n = (sin(first) + sin(second)) / 2
        self.c = cos(first) ** 2 + 2 * self.n * sin(first)
        self.flat = cos(first) if abs(self.n) < 0.05 else 0.0  # near the equator the cone is a cylinder

    def _turn(self, longitude: float) -> float:
        return (longitude - self.cut) % 360

    def __call__(self, longitude: float, latitude: float) -> Point:
        east, north = radians(self._turn(longitude) - self.middle), radians(latitude)
        if self.flat:
            return east * self.flat, -sin(north) / self.flat
        radius = sqrt(max(0.0, self.c - 2 * self.n * sin(north))) / self.n
        return radius * sin(self.n * east), radius * cos(self.n * east)
