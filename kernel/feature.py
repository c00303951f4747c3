"""What a feature brings to the application, and the one registry that keeps it.

`<feature>/feature.py` is its manifest, `app.py` the tuple of features, the lowest first. Nothing else registers
anything, and nothing is registered by being imported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, ParamSpec, TypeVar

import click
from flask import Blueprint, Flask, current_app
from flask.cli import AppGroup
from markupsafe import Markup

from kernel.db import Record
from kernel.leases import Urgency
from kernel.permissions import Permission

if TYPE_CHECKING:
    from kernel.access import SignedIn
    from kernel.rekeying import Compared, Stored
    from kernel.search import Document

EXTENSION = "tirazh.registry"
P = ParamSpec("P")
R = TypeVar("R")
K = TypeVar("K")
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
    about: Callable[..., object] | None = None
    """For what each reader sees for themselves: a kept page has a gap there, filled at each reading.

    It makes of the context plain values, the same for every reader (None: nothing for anybody), and `show` takes them
    and asks who is signed in.
    """


class Area(NamedTuple):
    """A work area in the navigation: shown to whoever holds `permission` somewhere, the lower `order` first."""

    order: int
    permission: Permission
    endpoint: str
    label: object
    icon: str
    below: str = ""
    """The part of the address that belongs to the area, when its first screen does not stand at the root of it."""
    waiting_list: bool = False
    """Whether its first screen is itself the list of what waits for the person."""


class Tab(NamedTuple):
    """A part of a work area that several features share, such as a forum's desk; the lower `order` comes first."""

    area: str
    order: int
    permission: Permission
    endpoint: str
    label: object
    pages: frozenset[str] = frozenset()
    """Endpoints that lie behind the first one: on them the tab is the current one, too. See `Feature.behind`."""


class LetterKind(NamedTuple):
    name: str
    make: Callable[..., object]
    """From the letter's argument, as keywords: an `activity.outbox.Content`, or None when nothing is left to say."""
    urgency: Urgency = Urgency.ordinary


class JobKind(NamedTuple):
    name: str
    work: Callable[..., object]
    """Takes the job's argument as keywords."""
    every: timedelta | None = None
    """How often the worker runs it by itself."""
    urgency: Urgency = Urgency.ordinary


class SubjectKind(NamedTuple):
    """Rows of a table that the log of acts names."""

    table: str
    label: object
    find: Callable[[SignedIn, set[int]], Mapping[int, object]] | None = None
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
    parts: Record = ()
    """Modules with an `init_app`."""
    blueprints: tuple[Blueprint, ...] = ()
    pages: tuple[ModuleType, ...] = ()
    """The modules in which the blueprints' views stand."""
    permissions: tuple[Permission, ...] = ()
    areas: tuple[Area, ...] = ()
    tabs: tuple[Tab, ...] = ()
    behind: Mapping[str, str] = {}
    """Pages that lie behind a tab of a lower feature: their endpoints, and that tab's."""
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
    named_pages: Mapping[str, str] = {}
    """Endpoints by the names under which lower features lead up to them: see `kernel.links.page_url`."""
    commands: tuple[click.Command, ...] = ()
    imports: tuple[click.Command, ...] = ()
    """Commands of `flask import`"""
    exports: tuple[click.Command, ...] = ()
    """… and of `flask export`."""


class Registry:
    """What all features of an application bring, found by what it is asked for. Raises ValueError for a double."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = tuple(features)
        self.permissions = _by_name((one, one) for each in features for one in each.permissions).keys()
        self.areas = sorted((area for each in features for area in each.areas), key=lambda area: area.order)
        self.tabs = _in_order((tab.area, tab.order, tab) for each in features for tab in each.tabs)
        self.behind = _by_name(
            [(page, tab.endpoint) for each in features for tab in each.tabs for page in (tab.endpoint, *tab.pages)]
            + [item for each in features for item in each.behind.items()]
        )
        self.panels = _in_order((panel.place, panel.order, panel) for each in features for panel in each.panels)
        self.receivers = _in_order((one.signal, one.order, one.receive) for each in features for one in each.receivers)
        self.letters = _by_name((letter.name, letter) for each in features for letter in each.letters)
        self.jobs = _by_name((job.name, job) for each in features for job in each.jobs)
        self.subjects = _by_name((kind.table, kind) for each in features for kind in each.subjects)
        self.actions = _by_name(item for each in features for item in each.actions.items())
        self.details = _by_name(item for each in features for item in each.details.items())
        self.values = _by_name(item for each in features for item in each.values.items())
        self.search = _by_name((source.kind, source) for each in features for source in each.search)
        self.scopes = _by_name((scope.kind, scope) for each in features for scope in each.scopes)
        self.secrets = [secret for each in features for secret in each.secrets]
        self.links = _by_name(item for each in features for item in each.links.items())
        self.named_pages = _by_name(item for each in features for item in each.named_pages.items())


def _by_name(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    found: dict[str, T] = {}
    for name, one in pairs:
        if name in found:
            raise ValueError(f"{name!r} is named twice, in one manifest or in two")
        found[name] = one
    return found


def _in_order(items: Iterable[tuple[K, int, T]]) -> dict[K, list[T]]:
    found: dict[K, list[T]] = {}
    for key, _order, one in sorted(items, key=lambda item: item[1]):
        found.setdefault(key, []).append(one)
    return found


def registry() -> Registry:
    """That of the application at work."""
    found: Registry = current_app.extensions[EXTENSION]
    return found


def install(app: Flask, features: Sequence[Feature]) -> None:
    """Fill the application's registry and give every feature its place. Raises ValueError for what none names."""
    app.extensions[EXTENSION] = known = Registry(features)
    bring = AppGroup("import", help="Bring data in; without --yes only shows what would happen.")
    take = AppGroup("export", help="Take data out, into files that the imports of the same names read back.")
    for part in (part for each in features for part in each.parts):
        part.init_app(app)
    for each in features:
        for blueprint in each.blueprints:
            app.register_blueprint(blueprint)
        for group, commands in ((app.cli, each.commands), (bring, each.imports), (take, each.exports)):
            for command in commands:
                group.add_command(command)
    app.cli.add_command(bring)
    app.cli.add_command(take)
    _check_pages(app, {page.__name__ for each in features for page in each.pages})
    _check_named_pages(app, known)
    _check_permissions(app, known)


def _check_pages(app: Flask, pages: Collection[str]) -> None:
    for endpoint, view in app.view_functions.items():
        if "." in endpoint and view.__module__ not in pages:
            raise ValueError(f"no manifest names the pages of {endpoint}, {view.__module__}")


def _check_named_pages(app: Flask, known: Registry) -> None:
    for name, endpoint in known.named_pages.items():
        if endpoint not in app.view_functions:
            raise ValueError(f"the page {name!r} is said to be {endpoint}, which is no endpoint")


def _check_permissions(app: Flask, known: Registry) -> None:
    declared = [(getattr(view, "access", None), endpoint) for endpoint, view in app.view_functions.items()]
    asked = {access.permission: endpoint for access, endpoint in declared if access and access.permission}
    asked |= {area.permission: area.endpoint for area in known.areas}
    asked |= {tab.permission: tab.endpoint for tabs in known.tabs.values() for tab in tabs}
    if unknown := {(permission, asked[permission]) for permission in asked.keys() - known.permissions}:
        raise ValueError(f"no manifest names these permissions: {sorted(unknown)}")
