"""A provider's attendance list: a verdict per row, nothing written. People are found by e-mail, then by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from forum.copies import forum_copy
from forum.models import Forum, Section
from hall import hours, operations, queries, rules
from hall.cells import HEADINGS, HEADINGS_NEEDED, read_minutes, read_moment
from hall.models import Source
from hall.presence import STORE
from kernel.access import Actor
from kernel.documents.sheets import Column, Table, as_text, read_table, xlsx
from kernel.imports import Plan, Row, Verdict, with_oddities
from kernel.text import clean, email_key, sort_key
from registrations.desk.queries import registrations_of
from registrations.models import Registration, RegistrationStatus

WORDS = 2
"""So many words of a name must agree where not all do."""


@dataclass
class Entry:
    """What the file says of one person, all their rows together."""

    registration_id: int
    minutes: set[int] = field(default_factory=set)
    """Those of the section's hours."""
    total: int = 0
    """Minutes of rows that say no moments."""
    known: int = 0
    """The total the provider told before."""
    new: dict[int, int] = field(default_factory=dict)
    """Bits that are not there yet."""


class Known:
    def __init__(self, forum: Forum) -> None:
        people = [one for one in registrations_of(forum.id) if _may_match(one)]
        self.by_email: dict[str, list[Registration]] = {}
        self.by_name: dict[str, list[Registration]] = {}
        for one in people:
            self.by_email.setdefault(one.email, []).append(one)
            self.by_name.setdefault(one.name_key, []).append(one)

    def find(self, name: str, email: str) -> tuple[list[Registration], bool]:
        """Who may be meant, and whether that is doubtful."""
        at, key = self.by_email.get(email, []), sort_key(name)
        exact = [one for one in at or self.by_name.get(key, []) if one.name_key == key]
        if exact:
            return exact, False
        if len(at) == 1:
            return at, bool(name) and not _share(key, at[0].name_key)
        words = set(key.split())
        pool = at or ([one for found in self.by_name.values() for one in found] if len(words) >= WORDS else [])
        return [one for one in pool if words <= set(one.name_key.split())], True


def _may_match(one: Registration) -> bool:
    return one.erased_at is None and one.status is not RegistrationStatus.cancelled


def _share(one: str, other: str) -> bool:
    return bool(set(one.split()) & set(other.split()))


def read(name: str, body: bytes) -> Table:
    """The table in the file. Raises FileRefused when it cannot be read at all."""
    return read_table(name, body, HEADINGS, HEADINGS_NEEDED)


def plan(forum: Forum, section: Section | None, table: Table) -> Plan[Entry]:
    """What the file would do; `section` None: it tells of the forum as a whole, and only totals are kept of it."""
    known, entries, rows = Known(forum), dict[int, Entry](), list[Row]()
    copy = forum_copy(forum.slug)
    spans = hours.spans(copy, section.id) if section else []
    day = hours.day_of(copy, section.id) if section else forum.date_start
    for number, values in table.rows:
        rows.append(_read(number, values, forum, section, known, entries, spans, day))
    _compare(forum, section, entries)
    for row in rows:
        entry = row.action
        if isinstance(entry, Entry):
            row.verdict = _verdict(entry)
    actions = [entry for entry in entries.values() if _verdict(entry) is not Verdict.same]
    return Plan(with_oddities(rows, table), actions, notes=table.notes)


def _read(
    number: int,
    values: dict[str, object],
    forum: Forum,
    section: Section | None,
    known: Known,
    entries: dict[int, Entry],
    spans: list[rules.Span],
    day: date,
) -> Row:
    name, email = (clean(as_text(values.get(column))) for column in ("name", "email"))
    row = Row(number, ", ".join(filter(None, (name, email))) or "—", Verdict.error)
    people, doubtful = known.find(name, email_key(email))
    if len(people) != 1:
        row.messages.append(
            _("Nobody of this name and e-mail is registered.") if not people else _("Several participants fit.")
        )
        return row
    entry = entries.setdefault(people[0].id, Entry(people[0].id))
    begins, ends = (read_moment(values.get(column), day, forum.zone) for column in ("joined", "left"))
    minutes = read_minutes(values.get("minutes"))
    if begins and ends and begins <= ends:
        told = set(_between(begins, ends, forum))
        kept = {one for one in told if any(first <= one < last for first, last in spans)}
        if section:
            entry.minutes |= kept
            outside = len(told) - len(kept)
            row.warnings += [_outside(outside)] if outside else []
        else:
            entry.total += len(told)
        row.about = ngettext("%(num)d minute", "%(num)d minutes", len(kept) if section else len(told))
    elif minutes is not None:
        entry.total += minutes
        row.about = ngettext("%(num)d minute", "%(num)d minutes", minutes)
    else:
        row.messages.append(_("Neither minutes nor moments of joining and leaving can be read."))
        return row
    if doubtful:
        row.doubts.append(_("Is this %(name)s?", name=people[0].name))
    row.action = entry
    return row


def _outside(minutes: int) -> str:
    return ngettext(
        "%(num)d minute is outside the section's hours and is left out.",
        "%(num)d minutes are outside the section's hours and are left out.",
        minutes,
    )


def _between(begins: datetime, ends: datetime, forum: Forum) -> range:
    first, last = (rules.minute_of(one.replace(tzinfo=forum.zone)) for one in (begins, ends))
    return range(first, max(last, first + 1))


def _compare(forum: Forum, section: Section | None, entries: dict[int, Entry]) -> None:
    """With what the provider's lists told before."""
    totals = queries.totals_of(forum.id, section.id if section else None, Source.export)
    bits = queries.hours_of_section(section.id, Source.export) if section else {}
    for entry in entries.values():
        entry.known = totals.get(entry.registration_id, 0)
        known = bits.get(entry.registration_id, {})
        packed = rules.packed(entry.minutes)
        entry.new = {hour: told for hour, told in packed.items() if told & ~known.get(hour, 0)}


def _verdict(entry: Entry) -> Verdict:
    if not entry.new and entry.total == entry.known:
        return Verdict.same
    return Verdict.change if entry.known else Verdict.create


def carry_out(plan: Plan[Entry], forum: Forum, section: Section | None, by: Actor) -> None:
    """In the caller's transaction; done twice it is done once."""
    for entry in sorted(plan.actions, key=lambda one: one.registration_id):
        if section and entry.new:
            STORE.add(entry.registration_id, section.id, entry.new, Source.export)
        if entry.total != entry.known:
            section_id = section.id if section else None
            operations.keep_total(forum.id, entry.registration_id, section_id, entry.total, Source.export, by)
    operations.record_import(forum, section, len(plan.actions), by=by)


def template() -> bytes:
    """The workbook to fill in by hand."""
    columns = [Column(str(HEADINGS[name][0]), 28) for name in ("name", "email", "joined", "left", "minutes")]
    notes = [
        _("A name or an e-mail, and either the moments of joining and leaving or the minutes."),
        _("The same file may be loaded again: nothing is doubled."),
    ]
    return xlsx(_("Attendance"), columns, [], notes)
