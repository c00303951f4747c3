"""What follows from a territory's name, place and size."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from territories.models import SizeClass

REMOTE_KM = 300
COUNTRY = ((41.0, 82.0), (19.0, 191.0))
"""Latitudes and longitudes of Russia, eastwards beyond the 180th meridian."""


def short_name(name: str, center: str) -> str:
    """What fits a tile: «Тайшетский», «Иркутск», «Зима»."""
    words = name.split()
    if words[0] in ("город", "город-курорт") and len(words) > 1:
        return " ".join(words[1:])[:80]
    if "городское" in words and center:
        return center.split(". ", 1)[-1][:80]
    return words[0][:80]


def size_class(population: int | None) -> SizeClass | None:
    """Small below 15,000, medium below 50,000, large below 100,000, else city."""
    if population is None:
        return None
    for limit, found in ((15_000, SizeClass.small), (50_000, SizeClass.medium), (100_000, SizeClass.large)):
        if population < limit:
            return found
    return SizeClass.city


def kilometres(lat1: float, lon1: float, lat2: float, lon2: float) -> int:
    """Great-circle distance, km."""
    a, b, c, d = (radians(x) for x in (lat1, lon1, lat2, lon2))
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return round(2 * 6371 * asin(sqrt(min(1.0, half))))


def in_country(lat: float, lon: float) -> bool:
    (south, north), (west, east) = COUNTRY
    return south <= lat <= north and west <= lon % 360 <= east


def region_prefix(oktmo: str) -> str:
    """The digits that all codes of a region begin with: 25 for 25000000, 718 for 71800000."""
    return oktmo.rstrip("0").ljust(2, "0")
