"""What a feature brings to the application, and the one registry that keeps it.

`<feature>/feature.py` is its manifest, `app.py` the tuple of features, the lowest first. Nothing else registers
anything, and nothing is registered by being imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, ParamSpec, TypeVar

import click
from flask import Blueprint, Flask, current_app
from flask.cli import AppGroup
from markupsafe import Markup

if TYPE_CHECKING:
    from kernel.access import Actor
    from kernel.rekeying import Compared, Stored
    from kernel.search import Document

EXTENSION = "tirazh.registry"
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Receiver(NamedTuple):
    """A function that answers a signal; of several the lower `order` comes first. Made by `Signal.to`."""

    signal: Signal[..., Any]
    receive: Callable[..., Any]
    order: int


class Signal(Generic[P, R]):
    """What a lower feature tells or asks those above it: called like a function, in the caller's transaction."""

    def to(self, receive: Callable[P, R], order: int = 50) -> Receiver:
        return Receiver(self, receive, order)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """What everybody who listens answers."""
        return [receive(*args, **kwargs) for receive in registry().receivers.get(self, ())]


class Panel(NamedTuple):
    """Shown where a lower feature's template says `panels("forum.actions", …)`; the lower `order` comes first."""

    place: str
    show: Callable[..., Markup | str]
    order: int = 50


class Area(NamedTuple):
    """A work area in the navigation: shown to whoever holds `permission` somewhere, the lower `order` first."""

    order: int
    permission: str
    endpoint: str
    label: object
    icon: str
    below: str = ""
    """The part of the address that belongs to the area, when its first screen does not stand at the root of it."""
    waiting_list: bool = False
    """Whether its first screen is itself the list of what waits for the person."""


class LetterKind(NamedTuple):
    name: str
    make: Callable[..., object]
    """From the letter's argument, as keywords: an `activity.outbox.Content`, or None when nothing is left to say."""


class JobKind(NamedTuple):
    name: str
    work: Callable[..., object]
    """Takes the job's argument as keywords."""
    every: timedelta | None = None
    """How often the worker runs it by itself."""


class SubjectKind(NamedTuple):
    """Rows of a table that the log of acts names."""

    table: str
    label: object
    find: Callable[[Actor, set[int]], Mapping[int, object]] | None = None
    """How they are called and opened, many at once: an `activity.reading.Subject` by id."""


class SearchSource(NamedTuple):
    """What the search index keeps of a kind of document."""

    kind: str
    documents: Callable[[], Iterable[Document]]
    """All of them, to make the index anew."""
    synonyms: Path | None = None


class RoleScope(NamedTuple):
    """Objects that a role can be held in."""

    kind: str
    names: Callable[[], list[tuple[int, str]]]
    """(id, name) of every one."""
    territories: Callable[[frozenset[int]], set[int]] | None = None
    """Ids of the territories in which those of the ids lie."""


class Feature(NamedTuple):
    name: str
    parts: tuple[Any, ...] = ()
    """Modules with an `init_app`."""
    blueprints: tuple[Blueprint, ...] = ()
    pages: tuple[ModuleType, ...] = ()
    """The modules or packages in which the blueprints' views stand."""
    permissions: tuple[str, ...] = ()
    areas: tuple[Area, ...] = ()
    panels: tuple[Panel, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    letters: tuple[LetterKind, ...] = ()
    jobs: tuple[JobKind, ...] = ()
    subjects: tuple[SubjectKind, ...] = ()
    actions: Mapping[str, object] = {}
    """What the log of acts calls codes of actions,"""
    details: Mapping[str, object] = {}
    """… names of details,"""
    values: Mapping[str, object] = {}
    """… and codes that stand as their values."""
    search: tuple[SearchSource, ...] = ()
    scopes: tuple[RoleScope, ...] = ()
    secrets: tuple[Stored | Compared, ...] = ()
    """What another key makes useless."""
    links: Mapping[str, Callable[[], Iterable[object]]] = {}
    """Lists of links that every template may use, made when one does."""
    commands: tuple[click.Command, ...] = ()
    imports: tuple[click.Command, ...] = ()
    """Commands of `flask import`"""
    exports: tuple[click.Command, ...] = ()
    """… and of `flask export`."""


class Registry:
    """What all features of an application bring, found by what it is asked for. Raises ValueError for a double."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = tuple(features)
        self.permissions = frozenset(self._unlike((one, one) for each in features for one in each.permissions))
        self.areas = sorted((area for each in features for area in each.areas), key=lambda area: area.order)
        self.panels = _grouped((panel.place, panel.order, panel.show) for each in features for panel in each.panels)
        self.receivers = _grouped((one.signal, one.order, one.receive) for each in features for one in each.receivers)
        self.letters = self._unlike((letter.name, letter) for each in features for letter in each.letters)
        self.jobs = self._unlike((job.name, job) for each in features for job in each.jobs)
        self.subjects = self._unlike((kind.table, kind) for each in features for kind in each.subjects)
        self.actions = self._unlike(item for each in features for item in each.actions.items())
        self.details = self._unlike(item for each in features for item in each.details.items())
        self.values = self._unlike(item for each in features for item in each.values.items())
        self.search = self._unlike((source.kind, source) for each in features for source in each.search)
        self.scopes = self._unlike((scope.kind, scope) for each in features for scope in each.scopes)
        self.secrets = [secret for each in features for secret in each.secrets]
        self.links = self._unlike(item for each in features for item in each.links.items())

    @staticmethod
    def _unlike(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
        found: dict[str, T] = {}
        for name, one in pairs:
            if name in found:
                raise ValueError(f"two manifests, or one twice, name {name!r}")
            found[name] = one
        return found


def _grouped(items: Iterable[tuple[Any, int, Callable[..., R]]]) -> dict[Any, list[Callable[..., R]]]:
    found: dict[Any, list[Callable[..., R]]] = {}
    for key, _order, function in sorted(items, key=lambda item: item[1]):
        found.setdefault(key, []).append(function)
    return found


def registry() -> Registry:
    """That of the application at work."""
    found: Registry = current_app.extensions[EXTENSION]
    return found


def install(app: Flask, features: Sequence[Feature]) -> None:
    """Fill the application's registry and give every feature its place. Raises ValueError for what no manifest says."""
    known = app.extensions[EXTENSION] = Registry(features)
    for part in (part for each in features for part in each.parts):
        part.init_app(app)
    for each in features:
        for blueprint in each.blueprints:
            app.register_blueprint(blueprint)
        for command in each.commands:
            app.cli.add_command(command)
    bring = "Bring data in; without --yes only shows what would happen."
    take = "Take data out, into files that the imports of the same names read back."
    app.cli.add_command(_group("import", bring, (each.imports for each in features)))
    app.cli.add_command(_group("export", take, (each.exports for each in features)))
    _check(app, known)


def _group(name: str, help: str, commands: Iterable[Iterable[click.Command]]) -> AppGroup:
    return AppGroup(name, help=help, commands=[one for several in commands for one in several])


def _check(app: Flask, known: Registry) -> None:
    """Every view stands in pages that a manifest names, and asks for permissions that one names."""
    asked = {area.permission: area.endpoint for area in known.areas}
    pages = tuple(page.__name__ for each in known.features for page in each.pages)
    for endpoint, view in app.view_functions.items():
        access = getattr(view, "access", None)
        if access and access.permission:
            asked.setdefault(access.permission, endpoint)
        if "." in endpoint and not f"{view.__module__}.".startswith(tuple(f"{page}." for page in pages)):
            raise ValueError(f"no manifest names the pages of {endpoint}, {view.__module__}")
    if unknown := asked.keys() - known.permissions:
        raise ValueError(f"no manifest names these permissions: {sorted((one, asked[one]) for one in unknown)}")
