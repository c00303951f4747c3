"""What a reader of the log sees: which places are theirs, what a subject is called and where it opens.

This package knows no feature: those above register both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from activity.models import Entry
from kernel.access import SignedIn

VIEW = "activity:log:view"


class Subject(NamedTuple):
    """A subject as this reader may see it; without an address when they cannot open it."""

    name: str
    href: str = ""


class Line(NamedTuple):
    """An entry with its subject."""

    entry: Entry
    subject: Subject | None


Places = Callable[[SignedIn], set[str]]
Subjects = Callable[[SignedIn, set[int]], dict[int, Subject]]
P = TypeVar("P", bound=Places)
S = TypeVar("S", bound=Subjects)
_places: list[Places] = []
_subjects: dict[str, Subjects] = {}


def log_places(find: P) -> P:
    """Register a function giving the places ("forum:7") whose log a user without the whole site's may read."""
    if find not in _places:
        _places.append(find)
    return find


def subject_source(table: str) -> Callable[[S], S]:
    """Register how subjects of a table are called and opened, many at once: `find(user, ids)`."""

    def register(find: S) -> S:
        _subjects[table] = find
        return find

    return register


def places_of(user: SignedIn) -> set[str] | None:
    """The places whose log the user may read; None when everything."""
    if user.scopes(VIEW).everywhere:
        return None
    return {place for find in _places for place in find(user)}


def lines(user: SignedIn, entries: Iterable[Entry]) -> list[Line]:
    """Entries with their subjects: a query for each kind of subject, however many entries."""
    entries = list(entries)
    ids: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.subject_id is not None and entry.subject_type in _subjects:
            ids[entry.subject_type].add(entry.subject_id)
    found = {table: _subjects[table](user, wanted) for table, wanted in ids.items()}
    return [Line(entry, found.get(entry.subject_type, {}).get(entry.subject_id or 0)) for entry in entries]
