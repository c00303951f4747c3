"""Boundaries: GeoJSON keyed by OKTMO."""

from __future__ import annotations

import json
from typing import Any

from tests.site.malformed_files.builders import Case

SQUARE = [[104.0, 52.0], [105.0, 52.0], [105.0, 53.0], [104.0, 53.0], [104.0, 52.0]]


def feature(
    code: Any = "25701000", rings: Any = None, kind: str = "Polygon", name: str = "город Иркутск"
) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": [SQUARE] if rings is None else rings}
    return {"type": "Feature", "properties": {"oktmo": code, "name": name}, "geometry": geometry}


def collection(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


CASES = [
    Case("no JSON", "b.geojson", lambda: "ОКТМО;контур".encode(), ("Это не файл GeoJSON.",)),
    Case("cp1251", "b.geojson", lambda: collection(feature()).decode().encode("cp1251"), ("Это не файл GeoJSON.",)),
    Case("nothing in it", "b.geojson", lambda: b"", ("Это не файл GeoJSON.",)),
    Case(
        "no features", "b.geojson", lambda: b'{"type": "FeatureCollection", "features": []}', ("В файле нет объектов",)
    ),
    Case("a list", "b.geojson", lambda: b"[1, 2]", ("В файле нет объектов",)),
    Case("nested without end", "b.geojson", lambda: b"[" * 100_000, ("Это не файл GeoJSON.",)),
    Case("a good one", "b.geojson", lambda: collection(feature()), ("город Иркутск",), (1, 0, 0, 0), 42),
    Case(
        "a code that is a number",
        "b.geojson",
        lambda: collection(feature(25701000)),
        ("25701000",),
        (1, 0, 0, 0),
        42,
    ),
    Case(
        "a code of before a reform",
        "b.geojson",
        lambda: collection(feature("25636000")),
        ("Код до преобразования; теперь — 25536000.",),
        (1, 0, 0, 0),
        42,
    ),
    Case(
        "a code nobody knows beside a good one",
        "b.geojson",
        lambda: collection(feature(), feature("25799000", name="Ангарский городской окрг")),
        ("Территории с таким кодом нет: объект пропущен. Возможно: 25703000 · Ангарский городской округ.",),
        (1, 0, 1, 0),
        42,
    ),
    Case(
        "no code and no name",
        "b.geojson",
        lambda: collection(feature("", name="")),
        ("Нашлись свойства —, не хватает: «oktmo».",),
        (0, 0, 0, 1),
    ),
    Case(
        "the same code twice",
        "b.geojson",
        lambda: collection(feature(), feature()),
        ("Тот же код у объекта 1.",),
        (1, 0, 0, 1),
        42,
    ),
    Case(
        "a point, a line of two points, nothing, letters",
        "b.geojson",
        lambda: collection(
            feature(kind="Point", rings=[104, 52]),
            feature("25703000", [SQUARE[:2]]),
            feature("25714000", []),
            feature("25720000", [[["а", "б"]] * 4]),
            {"type": "Feature", "properties": None, "geometry": None},
        ),
        ("Это не многоугольник: Point.", "В контуре меньше трёх точек.", "Контур пуст.", "Контур повреждён."),
        (0, 0, 0, 5),
    ),
    Case(
        "latitude before longitude, metres instead of degrees",
        "b.geojson",
        lambda: collection(
            feature(rings=[[[55, 37], [56, 37], [56, 38], [55, 38]]]),
            feature("25703000", [[[x * 1e5, y * 1e5] for x, y in SQUARE]]),
        ),
        ("Контур за пределами страны: сначала должна стоять долгота", "Координаты — не градусы долготы и широты"),
        (0, 0, 0, 2),
    ),
    Case(
        "not a number",
        "b.geojson",
        lambda: collection(feature()).replace(b"104.0", b"NaN"),
        ("Координаты — не градусы",),
        (0, 0, 0, 1),
    ),
]
