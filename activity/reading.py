"""What a reader of the log sees: which places are theirs, what a subject is called and where it opens.

This package knows no feature: the manifests of those above name both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple, cast

from activity.models import Entry
from kernel.access import SignedIn
from kernel.feature import Signal, registry
from kernel.permissions import Permission


class Subject(NamedTuple):
    """A subject as this reader may see it; without an address when they cannot open it."""

    name: str
    href: str = ""


class Line(NamedTuple):
    """An entry with its subject."""

    entry: Entry
    subject: Subject | None


log_places: Signal[[SignedIn], set[str]] = Signal()
"""The places ("forum:7") whose log a user without the whole site's may read."""


def places_of(user: SignedIn) -> set[str] | None:
    """The places whose log the user may read; None when everything."""
    if user.scopes(Permission.VIEW_LOG).everywhere:
        return None
    return set().union(*log_places(user))


def lines(user: SignedIn, entries: Iterable[Entry]) -> list[Line]:
    """Entries with their subjects: a query for each kind of subject, however many entries."""
    entries = list(entries)
    ids: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.subject_id is not None:
            ids[entry.subject_type].add(entry.subject_id)
    found = {table: _called(table, user, wanted) for table, wanted in ids.items()}
    return [Line(entry, found.get(entry.subject_type, {}).get(entry.subject_id or 0)) for entry in entries]


def _called(table: str, user: SignedIn, ids: set[int]) -> Mapping[int, Subject]:
    kind = registry().subjects.get(table)
    return cast("Mapping[int, Subject]", kind.find(user, ids)) if kind and kind.find else {}
