"""Boundaries from GeoJSON: what each feature is called, its outline, or what is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _

from kernel.files import FileRefused
from kernel.text import clean
from territories.geometry.projection import Point

CODES = ("oktmo", "ОКТМО", "ref:oktmo", "oktmo:user")
OTHER_CODES = ("code", "код", "id")
"""Asked when no property is called by the code's name."""
NAMES = ("name", "NAME", "name:ru", "Наименование", "название", "mun_name")
MAX_FEATURES = 20_000
MAX_SHOWN = 12
_CODE_NAME = re.compile(r"oktmo|октмо")


class Feature(NamedTuple):
    number: int
    """Its place in the file, from 1."""
    code: str
    name: str
    rings: list[list[Point]]
    """Outer ones and holes alike, the first point not repeated."""
    fault: str = ""
    properties: tuple[str, ...] = ()
    """What they are called."""


def features(body: bytes) -> Iterator[Feature]:
    """Raises FileRefused when the file is no GeoJSON with features."""
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise FileRefused(_("This is not a GeoJSON file. Save the boundaries as GeoJSON in UTF-8 and retry.")) from None
    found = document.get("features") if isinstance(document, dict) else None
    if not isinstance(found, list) or not found:
        raise FileRefused(_("The file holds no features: a GeoJSON FeatureCollection is needed."))
    if len(found) > MAX_FEATURES:
        raise FileRefused(_("The file has more than 20,000 features. Split it and retry."))
    return (_feature(number, feature) for number, feature in enumerate(found, start=1))


def _feature(number: int, feature: object) -> Feature:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    properties = properties if isinstance(properties, dict) else {}
    tags = properties.get("tags")
    everything = {**(tags if isinstance(tags, dict) else {}), **properties}
    made = Feature(number, _code(everything), _property(everything, NAMES), [], "", _filled(everything))
    try:
        rings = list(_rings(feature["geometry"] if isinstance(feature, dict) else None))
        return made._replace(rings=rings, fault="" if rings else _("The geometry is empty."))
    except Wrong as fault:
        return made._replace(fault=str(fault))
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, OverflowError):
        return made._replace(fault=_("The geometry is damaged."))


def _filled(properties: dict[str, object]) -> tuple[str, ...]:
    return tuple(name for name, value in properties.items() if value not in (None, ""))[:MAX_SHOWN]


def _code(properties: dict[str, object]) -> str:
    """Of the property called oktmo, whatever stands around it («ref:oktmo», «OKTMO_CODE»), else of a general one."""
    named = [name for name in properties if _CODE_NAME.search(name[:80].casefold())]
    return _property(properties, (*CODES, *named)) or _property(properties, OTHER_CODES)


class Wrong(ValueError):
    """What is wrong with a geometry, for the reader."""


def _property(properties: dict[str, object], names: tuple[str, ...]) -> str:
    for name in names:
        value = properties.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, str) and value.strip()):
            return clean(str(value))[:255]
    return ""


def _rings(geometry: Any) -> Iterator[list[Point]]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise Wrong(_("The geometry is not a polygon: %(kind)s.", kind=clean(str(kind or "—"))[:40]))
    polygons = geometry["coordinates"] if kind == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        for ring in polygon:
            yield _ring(ring)


def _ring(ring: Iterable[Sequence[float]]) -> list[Point]:
    points = [(float(point[0]), float(point[1])) for point in ring]
    if any(not (-180.0 <= x <= 180.0 and -90.0 < y < 90.0) for x, y in points):
        raise Wrong(_("Coordinates are not degrees of longitude and latitude (WGS 84)."))
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    if len(points) < 3:
        raise Wrong(_("An outline has less than three points."))
    return points
