"""Practices from a workbook or CSV, as people have them: plan, then carry out.

A practice is matched by its `id`, else by its slug, else by its name in the territory; repeating changes nothing.
An `id` of digits alone may be a place in a list: it is believed where the name says the same, and nobody else's does.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from accounts.queries import OrganisationNames, all_organisations, is_called
from accounts.settings import site
from kernel.access import Actor
from kernel.db import Columns
from kernel.documents.sheets import Table, as_text, read_table
from kernel.imports import Plan, Row, Verdict, with_oddities
from kernel.text import clean, slugify, sort_key
from practices import labels, operations, passport
from practices.cells import POSITION, PRACTICE_HEADINGS, READERS, Fault, Known, choice
from practices.models import Admission, Practice
from practices.moderation import operations as moderation
from practices.queries import known_practices
from territories.gazetteer import Gazetteer

PRACTICE_NEEDS = ("name", "territory")


@dataclass
class Action:
    """What a row asks for: a practice to add or change, and where it should stand."""

    practice: Practice | None
    values: dict[str, object]
    slug: str
    source_id: str | None
    admission: Admission | None
    at_once: bool
    """Whether a text that readers know may be changed for them; else the change waits in the working copy."""


def read(name: str, body: bytes) -> Table:
    """The table in the file. Raises FileRefused when it cannot be read at all."""
    return read_table(name, body, PRACTICE_HEADINGS | POSITION, PRACTICE_NEEDS)


def plan(name: str, body: bytes) -> Plan[Action]:
    """What importing the file would do, for somebody who may do everything. Raises FileRefused."""
    return plan_rows(read(name, body))


def plan_rows(
    table: Table,
    *,
    territories: set[int] | None = None,
    may_publish: bool = True,
    publishing: set[int] | None = None,
) -> Plan[Action]:
    """`territories`: where the person may write; `publishing`: where also publish, if at all; None: everywhere."""
    publishing = publishing if may_publish else set()
    organisations = all_organisations()
    by_code = {organisation.code: organisation for organisation in organisations}
    known = Known(
        known_practices(),
        OrganisationNames(organisations),
        by_code,
        Gazetteer(site().region),
        territories,
        publishing,
    )
    known.named = {sort_key(as_text(cells.get("name"))) for _number, cells in table.rows}
    result: Plan[Action] = Plan([], [])
    for number, cells in table.rows:
        row, action = _plan_row(number, cells, known)
        result.rows.append(row)
        if action and row.verdict in (Verdict.create, Verdict.change):
            result.actions.append(action)
    result.notes = table.notes
    result.rows = with_oddities(result.rows, table)
    named = {row.title for row in result.rows}
    own = [p for p in known.practices.by_slug.values() if territories is None or p.territory_id in territories]
    result.absent = sorted({practice.name for practice in own} - named)
    return result


def _plan_row(number: int, cells: dict[str, object], known: Known) -> tuple[Row, Action | None]:
    name = clean(as_text(cells.get("name")))
    row = Row(number, name or _("row %(number)s", number=number), Verdict.error)
    if not name:
        row.messages.append(_("No name of the practice."))
    values: Columns = {}
    for column, read in READERS.items():
        if column not in cells:
            continue
        try:
            values |= read(column, as_text(cells[column]), known)
        except Fault as fault:
            row.messages.append(str(fault))
    practice, slug, source_id = _match(cells, values, known, row)
    _resources(cells, values, practice)
    _organisation(cells, values, practice, known, row)
    if practice is not None and practice.graded_at is not None:
        values.pop("evidence", None)  # experts have spoken: a file does not overrule them
    _check(row, number, practice, values, slug, known)
    if not (values.get("sphere") or (practice is not None and "sphere" not in values and practice.sphere)):
        row.warnings.append(_("The sphere is not given: nobody finds the practice by it."))
    admission = _admission(cells, row, practice, values.get("territory_id"), known)
    if row.messages:
        return row, None
    row.verdict, row.messages = _verdict(practice, values, admission)
    return row, Action(practice, values, slug, source_id, admission, _may_publish(practice, known))


def _resources(cells: dict[str, object], values: dict[str, object], practice: Practice | None) -> None:
    """Of the kinds that the file has a column for; those of the others stay."""
    if not any(kind in cells for kind in passport.KINDS_OF_RESOURCES):
        return
    there = practice.resources if practice is not None else []
    values["resources"] = [
        item
        for kind in passport.KINDS_OF_RESOURCES
        for item in (
            passport.read_resources(as_text(cells[kind]), kind)
            if kind in cells
            else [one for one in there if one["kind"] == kind]
        )
    ]


def _organisation(cells: Columns, values: Columns, practice: Practice | None, known: Known, row: Row) -> None:
    """The author organisation by its code or name, of the practice's own municipality first."""
    if "organisation" not in cells:
        return
    text = as_text(cells["organisation"])
    place = values.get("territory_id") or (practice.territory_id if practice else None)
    coded = known.codes.get(text)
    found = [coded] if coded else known.organisations.find(text, place)
    if practice is not None and practice.organisation is not None and is_called(practice.organisation, text):
        found = [practice.organisation]
    if text and not found:
        row.messages.append(_("There is no organisation «%(text)s». Add it first or leave the cell empty.", text=text))
    elif len(found) > 1:
        row.warnings.append(
            _(
                "Several organisations are called «%(text)s»: the organisation is left out. Write its full name"
                " or its code.",
                text=text,
            )
        )
    else:
        values["organisation_id"] = found[0].id if found else None


def _match(cells: Columns, values: Columns, known: Known, row: Row) -> tuple[Practice | None, str, str | None]:
    source_id = clean(as_text(cells.get("id"))) or None
    slug = clean(as_text(cells.get("slug")))
    for column, text, most in (("id", source_id or "", 64), ("slug", slug, 80)):
        if len(text) > most:
            row.messages.append(
                _(
                    "«%(column)s» is longer than %(number)s characters.",
                    column=PRACTICE_HEADINGS[column][0],
                    number=most,
                )
            )
    slug = slugify(slug) if slug else ""
    practices = known.practices
    owner = practices.by_id.get(source_id or "")
    if owner is not None and _is_meant(owner, values, known, source_id or ""):
        return owner, slug, source_id
    if slug and slug in practices.by_slug:
        return practices.by_slug[slug], slug, source_id
    free = source_id if owner is None else None
    found = None
    if not slug and (not source_id or source_id.isdecimal()):
        found = practices.by_name.get((sort_key(values.get("name", "")), values.get("territory_id", 0)))
    return found, slug, free


def _is_meant(owner: Practice, values: Columns, known: Known, source_id: str) -> bool:
    """Whether the practice that has the ID is the row's; a number alone moves when a row is inserted above."""
    if not source_id.isdecimal() or owner.name_key == sort_key(values.get("name", "")):
        return True
    return owner.name_key not in known.named and owner.territory_id == values.get("territory_id")


def _check(row: Row, number: int, practice: Practice | None, values: Columns, slug: str, known: Known) -> None:
    key = practice.slug if practice else slug or f"{sort_key(row.title)}@{values.get('territory_id')}"
    if key in known.seen:
        row.messages.append(_("The same practice stands in row %(number)s.", number=known.seen[key]))
    known.seen[key] = number
    places = {values.get("territory_id"), practice.territory_id if practice else None} - {None}
    if known.territories is not None and not places <= known.territories:
        row.messages.append(_("This territory is not among yours."))
    low, high = values.get("launch_months_min"), values.get("launch_months_max")
    if low is not None and high is not None and low > high:
        row.messages.append(_("The time to start: the second number is less than the first."))


def _admission(
    cells: dict[str, object], row: Row, practice: Practice | None, territory_id: int | None, known: Known
) -> Admission | None:
    if "status" not in cells or not as_text(cells["status"]):
        return None
    try:
        wanted = choice(Admission, labels.ADMISSION_LABELS)("status", as_text(cells["status"]), known)["status"]
    except Fault as fault:
        row.messages.append(str(fault))
        return None
    places = {territory_id, practice.territory_id if practice else None} - {None}
    if not _decides(practice, wanted) or known.publishing is None or places <= known.publishing:
        return Admission(wanted)
    if practice is None:
        row.warnings.append(_("You may not publish: the practice will be a draft."))
    else:
        row.warnings.append(_("You may not publish or withdraw: the status stays as it is."))
    return None


def _may_publish(practice: Practice | None, known: Known) -> bool:
    return practice is None or known.publishing is None or practice.territory_id in known.publishing


def _decides(practice: Practice | None, wanted: Admission) -> bool:
    """Whether the status puts a practice into the catalogue or archive, or takes it out."""
    now = practice.admission if practice else None
    return now is not wanted and not {now, wanted}.isdisjoint({Admission.published, Admission.archived})


def _verdict(practice: Practice | None, values: Columns, admission: Admission | None) -> tuple[Verdict, list[str]]:
    if practice is None:
        return Verdict.create, []
    changed = []
    for name, value in values.items():
        stored = set(practice.target_groups) if name == "groups" else getattr(practice, name)
        if stored != (set(value) if name == "groups" else value):
            changed.append(_column_of(name))
    if admission and admission is not practice.admission:
        changed.append(PRACTICE_HEADINGS["status"][0])
    return (Verdict.change, [", ".join(dict.fromkeys(changed))]) if changed else (Verdict.same, [])


def _column_of(name: str) -> str:
    columns = {"groups": "target_groups", "organisation_id": "organisation", "territory_id": "territory"}
    return str(PRACTICE_HEADINGS.get(columns.get(name, name), (_("Resources"),))[0])


def carry_out(plan: Plan[Action], *, by: Actor | None) -> None:
    """Do what the plan says, in the caller's transaction."""
    for action in plan.actions:
        if action.practice is None:
            practice = operations.add_practice(action.values, by=by, slug=action.slug, source_id=action.source_id)
        else:
            practice = action.practice
            operations.hold(practice)
            if action.at_once or not practice.once_public:
                operations.change_practice(practice, action.values, by=by)
            else:
                _into_working(practice, action.values, by)
        _admit(practice, action.admission, by)


def _into_working(practice: Practice, values: dict[str, object], by: Actor | None) -> None:
    """Without the right to publish a file changes the working copy, as the form does."""
    text = passport.editable(practice).keys()
    moderation.work_on(practice, {name: value for name, value in values.items() if name in text}, by=by)


def _admit(practice: Practice, admission: Admission | None, by: Actor | None) -> None:
    if admission is None or admission is practice.admission:
        return
    if admission is Admission.published:
        operations.publish_practice(practice, by=by)
    elif admission is Admission.archived:
        operations.archive_practice(practice, _("As the imported file says"), by=by)
    elif admission is Admission.draft:
        operations.return_to_draft(practice, by=by)
    else:
        operations.set_admission(practice, admission, by=by)
