"""A list of participants from XLSX or CSV: a verdict per row, nothing written.

A row is matched by its person (e-mail and name), so the same file may be brought in again and again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from flask_babel import gettext as _

from accounts.settings import site
from forum.labels import FORMAT_LABELS
from forum.models import Format, Forum
from kernel.documents.sheets import Column, Table, as_text, read_table, xlsx
from kernel.i18n import speaking
from kernel.imports import Plan, Row, Verdict, with_oddities
from kernel.text import clean, email_key, is_one_word, sort_key
from kernel.twins import address_doubt, name_doubt
from registrations import queries
from registrations.desk import queries as desk_queries
from registrations.desk.cells import PARTICIPANT_HEADINGS, PARTICIPANT_NEEDS, is_gone, is_no, read_format, take_sections
from registrations.details import LONGEST_ANSWER, QUESTIONS, Details, details_of, identity_of
from registrations.labels import STATUS_LABELS
from registrations.models import Registration, RegistrationStatus
from registrations.own.tickets import erased_keys_of
from territories.gazetteer import Gazetteer
from territories.models import Level
from territories.queries import names_alone, regions

PARTICIPANT_PREVIEWS = "registrations"
"""Of the previews of such lists."""
LONGEST_ADDRESS, LONGEST_LOCAL = 254, 64
"""RFC 5321: letters of an address, and of its part before the @."""


@dataclass
class Entry:
    """One row, read."""

    number: int
    details: Details
    format: Format = Format.in_person
    section_ids: tuple[int, ...] = ()
    left_out: str = ""
    """Why the person is not to be signed up, though nothing is wrong."""
    gone: bool = False
    """The list says that this person has given the place back."""
    says_format: bool = False
    """A row that does not say how somebody takes part changes nothing of it."""
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    registration: Registration | None = None


class Known:
    """What rows are checked against, in a fixed number of queries."""

    def __init__(self, forum: Forum) -> None:
        self.people = {one.identity: one for one in desk_queries.registrations_of(forum.id)}
        self.erased = queries.erased_keys()
        self.sections = {sort_key(section.short_name): section.id for section in forum.sections if section.short_name}
        self.sections |= {section.name_key: section.id for section in forum.sections}
        self.formats = {quota.format for quota in forum.quotas}
        self.gazetteer = Gazetteer(site().region)
        self.regions = {region.name_key: region.id for region in regions()}
        self.codes = {region.id: region.oktmo for region in regions()}
        self.home = self.gazetteer.region.id if self.gazetteer.region else None
        self.elsewhere = names_alone(site().region)
        self.gazetteers: dict[int, Gazetteer] = {}
        self.places: dict[str, int | None] = {}
        self.domains: dict[str, bool] = {}

    def territory(self, text: str) -> int | None:
        """A municipality of the forum's region, another one whose name is one alone, or a region."""
        if text not in self.places:
            self.places[text] = self._find(text)
        return self.places[text]

    def _find(self, text: str) -> int | None:
        for part in dict.fromkeys([text, *reversed(text.split(","))]):
            key = sort_key(part)
            found = self.gazetteer.find(part)
            if number := found.id if found and found.level is Level.municipality else self.elsewhere.get(key):
                return number
        keys = [sort_key(part) for part in (text, *text.split(","))]
        return next((self.regions[key] for key in keys if key in self.regions), None)

    def within(self, region_id: int, text: str) -> int | None:
        """A municipality of another region, where that region's are loaded."""
        if region_id not in self.gazetteers:
            self.gazetteers[region_id] = Gazetteer(self.codes[region_id])
        found = self.gazetteers[region_id].find(text)
        return found.id if found and found.id != region_id else None

    def is_address(self, address: str) -> bool:
        """Whether this is an e-mail address; the domain's part is checked once a domain."""
        local, _at, domain = address.rpartition("@")
        if len(address) > LONGEST_ADDRESS or len(local) > LONGEST_LOCAL:
            return False
        if domain in self.domains and local.replace(".", "").replace("-", "").replace("_", "").isalnum():
            return self.domains[domain]
        from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415  (large, and for lists only)

        try:
            validate_email(address, check_deliverability=False)
        except EmailNotValidError:
            return False
        self.domains[domain] = True
        return True


def read(name: str, body: bytes) -> Table:
    """The table in the file. Raises FileRefused when it cannot be read at all."""
    return read_table(name, body, PARTICIPANT_HEADINGS, PARTICIPANT_NEEDS)


def plan(forum: Forum, source: Table | tuple[str, bytes]) -> Plan[Entry]:
    """What the file (a table, or its name and body) would do. Raises FileRefused when it cannot be read."""
    table = source if isinstance(source, Table) else read(*source)
    known = Known(forum)
    rows, actions, seen = [], [], dict[str, int]()
    for number, values in table.rows:
        entry = _read(number, values, known)
        verdict = _judge(entry, known, seen)
        shown = f"{entry.details.name or '—'}, {entry.details.email or '—'}"
        rows.append(Row(number, shown, verdict, entry.errors + entry.changes, entry.warnings, entry.doubts, entry))
        if verdict in (Verdict.create, Verdict.change):
            actions.append(entry)
    return Plan(with_oddities(rows, table), actions, notes=table.notes)


def identity_in(values: dict[str, object]) -> str:
    """Who a row of the file is."""
    text = {name: clean(as_text(values.get(name))) for name in PARTICIPANT_HEADINGS}
    return identity_of(text["email"], _name(text))


def _name(text: dict[str, str]) -> str:
    return text["name"] or " ".join(text[part] for part in ("surname", "first_name", "patronymic") if text[part])


def _read(number: int, values: dict[str, object], known: Known) -> Entry:
    text = {name: clean(as_text(values.get(name))) for name in PARTICIPANT_HEADINGS}
    name, email = _name(text), email_key(text["email"])
    entry = Entry(number, Details(name, email, answers={key: text[key] for key in QUESTIONS}))
    _check_lengths(entry)
    entry.warnings += filter(None, (name_doubt(name), address_doubt(email)))
    if not sort_key(name):
        entry.errors.append(_("The name is missing."))
    elif is_one_word(name):
        entry.doubts.append(_("The name is one word. Is it whole?"))
    if not email:
        entry.errors.append(_("The e-mail is missing. Several people may share one address."))
    elif not known.is_address(email):
        entry.errors.append(_("“%(email)s” is not an e-mail address.", email=text["email"]))
    _read_format(entry, text["format"], known)
    _read_territory(entry, text["territory"], text["region"], known)
    _read_sections(entry, as_text(values.get("sections")), known)
    _read_service(entry, values, text)
    entry.gone = sort_key(text["state"]) in _gone_words()
    return entry


@cache
def _gone_words() -> set[str]:
    """How our own list says in either language that somebody has given the place back."""
    words = set()
    for tongue in ("ru", "en"):
        with speaking(tongue):
            words.add(sort_key(str(STATUS_LABELS[RegistrationStatus.cancelled])))
    return words


def _check_lengths(entry: Entry) -> None:
    """What would not fit its column, said instead of cut."""
    answers = entry.details.answers
    texts = {_("Name"): entry.details.name, **{str(asked.label): answers[key] for key, asked in QUESTIONS.items()}}
    for label, text in texts.items():
        if len(text) > LONGEST_ANSWER:
            entry.errors.append(_("“%(column)s” is longer than 255 characters.", column=label))


def _read_format(entry: Entry, text: str, known: Known) -> None:
    found, entry.says_format = read_format(text), bool(text)
    if found is None:
        entry.errors.append(_("The format “%(format)s” is not known. Write “очно” or “дистанционно”.", format=text))
    elif found not in known.formats:
        entry.errors.append(_("This forum cannot be joined so: %(format)s.", format=FORMAT_LABELS[found]))
    else:
        entry.format = found


def _read_territory(entry: Entry, text: str, region: str, known: Known) -> None:
    """A place of the forum's region or another region; any other, of whatever country, is kept as written."""
    text = text[:255]
    written = ", ".join(dict.fromkeys(part for part in (text, region[:255]) if part))[:255]
    if not written:
        entry.warnings.append(_("No municipality is given."))
        return
    above = known.regions.get(sort_key(region))
    found = known.territory(text) if above in (None, known.home) else known.within(above, text)
    place = written if found is None and (text or above is None) else ""
    entry.details = entry.details._replace(territory_id=above if found is None else found, place=place)
    if found is not None:
        return
    if above is None:
        told = _("“%(name)s” is not on the list of places: kept as written.", name=written)
        if near := known.gazetteer.suggest(text) if text and not region else []:
            entry.doubts.append(told + " " + _("Perhaps: %(names)s.", names=", ".join(near)))
        else:
            entry.warnings.append(told)


def _read_sections(entry: Entry, text: str, known: Known) -> None:
    found, unknown = take_sections(text, known.sections)
    for part in unknown:
        entry.warnings.append(_("There is no section “%(name)s”: it is left out.", name=part))
    entry.section_ids = tuple(sorted({known.sections[key] for key in found}))


def _read_service(entry: Entry, values: dict[str, object], text: dict[str, str]) -> None:
    """What a form or a sign-up service says of the answer itself."""
    if is_gone(text["status"]):
        entry.left_out = _("The status is “%(status)s”: not signed up.", status=text["status"][:80])
    if is_no(text["consent"]):
        entry.errors.append(
            _("The consent says “%(text)s”: without it nobody is signed up.", text=text["consent"][:80])
        )
    elif "consent" in values and not text["consent"]:
        entry.warnings.append(_("The consent is not ticked in the file: make sure that you have it."))


def _judge(entry: Entry, known: Known, seen: dict[str, int]) -> Verdict:
    if entry.errors:
        return Verdict.error
    if entry.left_out:
        entry.warnings.append(entry.left_out)
        return Verdict.same
    identity = entry.details.identity
    if identity in seen:
        entry.warnings.append(_("The same person as in row %(number)s.", number=seen[identity]))
        return Verdict.same
    seen[identity] = entry.number
    registration = known.people.get(identity)
    if registration is None and known.erased and not known.erased.isdisjoint(erased_keys_of(identity)):
        entry.doubts.append(_("This person asked for deletion. Have they consented anew?"))
    if registration is None and not entry.gone:
        return Verdict.create
    if registration is None or registration.status is RegistrationStatus.cancelled:
        entry.warnings.append(_("This person has given the place back; the import does not bring them back."))
        return Verdict.same
    entry.registration = registration
    entry.changes = _changes(entry, registration)
    entry.doubts.clear()  # was asked when the person came in
    return Verdict.change if entry.changes else Verdict.same


def _changes(entry: Entry, registration: Registration) -> list[str]:
    """What the file says differently; an empty cell says nothing."""
    old = details_of(registration)
    new = entry.details.added_to(old)
    found = [
        f"{question.label}: {old.answers[key] or '—'} → {new.answers[key]}"
        for key, question in QUESTIONS.items()
        if new.answers[key] != old.answers[key]
    ]
    if new.territory_id != old.territory_id:
        found.append(_("Municipality: will be replaced"))
    elif new.place != old.place:
        found.append(_("Municipality") + f": {old.place or '—'} → {new.place}")
    if entry.says_format and entry.format is not registration.format:
        found.append(_("Format") + f": {FORMAT_LABELS[registration.format]} → {FORMAT_LABELS[entry.format]}")
    return found


def template() -> bytes:
    """The workbook to fill in."""
    widths = {"name": 36, "email": 28, "format": 16, "territory": 34}
    widths |= {key: question.width for key, question in QUESTIONS.items()} | {"sections": 40}
    columns = [Column(str(PARTICIPANT_HEADINGS[name][0]), width) for name, width in widths.items()]
    notes = [
        _("One row a participant. Surname and first name, and an e-mail, are needed; the rest helps."),
        _("Several people may share one e-mail: each gets a ticket of their own."),
        _("Format: “очно” or “дистанционно”. Sections: names separated by a semicolon."),
        _("The same file may be loaded again: nobody is doubled."),
    ]
    return xlsx(_("Participants"), columns, [], notes)
