"""Worlds kept between tests: what takes long to build is built once for each worker, and copied for every test.

A world is what its builder gives: a dataclass, rows of the database, tuples of them. Of a row its key is kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import inspect

from kernel import pages
from kernel.db import Model, db
from tests.database import TEMPLATE, Copied

T = TypeVar("T")


class Row(NamedTuple):
    """A row of the database, whichever copy of it is asked for."""

    model: type[Any]
    key: tuple[Any, ...]


class Kept(NamedTuple):
    database: str
    world: Any


class Worlds:
    """The worlds of one worker, by what builds them."""

    def __init__(self, copied: Copied) -> None:
        self.copied = copied
        self.kept: dict[Callable[[], Any], Kept] = {}

    def enter(self, build: Callable[[], T]) -> T:
        """The world as `build` left it, in a fresh copy of its own. Whatever was written before is not in it."""
        if build not in self.kept:
            self.kept[build] = self._built(build)
        kept = self.kept[build]
        db.session.remove()
        db.engine.dispose()
        self.copied.begin(kept.database)
        pages.forget()
        world: T = thaw(kept.world)
        return world

    def _built(self, build: Callable[[], Any]) -> Kept:
        only_read, self.copied.only_read = self.copied.only_read, False
        self.copied.begin(TEMPLATE)
        world = freeze(build())
        db.session.remove()
        db.engine.dispose()
        self.copied.only_read = only_read
        return Kept(self.copied.keep(), world)


def freeze(value: Any) -> Any:
    """Rows become their keys."""
    if isinstance(value, Model):
        return Row(type(value), inspect(value).identity)
    return _inside(value, freeze)


def thaw(value: Any) -> Any:
    """Keys become the rows of the database under test."""
    if isinstance(value, Row):
        return db.session.get_one(value.model, value.key)
    return _inside(value, thaw)


def _inside(value: Any, change: Callable[[Any], Any]) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: change(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return dataclasses.replace(value, **parts)
    if isinstance(value, dict):
        return {name: change(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        parts = [change(one) for one in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return value
