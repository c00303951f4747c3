"""Organisations from a workbook or CSV: matched by code, else by name in the territory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import inspect

from accounts.enums import OrganisationKind, Sphere
from accounts.labels import ORGANISATION_LABELS, SPHERE_LABELS
from accounts.models import Organisation
from accounts.operations import add_organisation, ensure_organisation
from accounts.queries import all_organisations
from accounts.settings import site
from activity.operations import record
from kernel.access import Actor
from kernel.db import Columns, db
from kernel.documents.sheets import Table, as_text, read_table
from kernel.imports import Plan, Row, Verdict, with_oddities
from kernel.text import clean, sort_key
from practices.models import Practice
from practices.operations import retell
from territories.gazetteer import Gazetteer
from territories.models import Territory
from territories.queries import current_by_ids

ORGANISATION_HEADINGS: dict[str, tuple[str, ...]] = {
    "id": ("Код", "ID"),
    "name": ("Название", "Полное название", "Организация", "Name"),
    "short_name": ("Краткое название", "Сокращённое название"),
    "kind": ("Вид", "Вид организации"),
    "sphere": ("Сфера",),
    "territory": ("Территория", "Муниципалитет", "ОКТМО"),
    "demo": ("Демо", "demo"),
}

ORGANISATION_LIMITS = {"id": 80, "name": 255, "short_name": 160}


@dataclass
class Action:
    organisation: Organisation | None
    code: str
    """Of the file; empty when it gives none."""
    values: Columns


def read(name: str, body: bytes) -> Table:
    """The table in the file. Raises FileRefused when it cannot be read at all."""
    return read_table(name, body, ORGANISATION_HEADINGS, ("name", "territory"))


def plan(name: str, body: bytes) -> Plan[Action]:
    """What importing the file would do. Raises FileRefused."""
    return plan_rows(read(name, body))


def plan_rows(table: Table) -> Plan[Action]:
    """What the table would do."""
    known = all_organisations()
    by_code = {organisation.code: organisation for organisation in known}
    by_name = {(organisation.name_key, organisation.territory_id): organisation for organisation in known}
    gazetteer = Gazetteer(site().region)
    result: Plan[Action] = Plan([], [])
    seen: dict[object, int] = {}
    for number, cells in table.rows:
        row, values = _read(number, cells, gazetteer)
        if values is not None:
            code = clean(as_text(cells.get("id")))
            place = (sort_key(values["name"]), values["territory_id"])
            found = by_code.get(code) if code else by_name.get(place)
            _decide(row, found, values)
            if code and found is None and place in by_name:
                row.warnings.append(_("An organisation of this name is there already, under another code."))
            _find_double(row, found.id if found else code or place, seen)
            if row.verdict in (Verdict.create, Verdict.change):
                result.actions.append(Action(found, code, values))
        result.rows.append(row)
    result.notes = table.notes
    result.rows = with_oddities(result.rows, table)
    result.absent = sorted({organisation.name for organisation in known} - {row.title for row in result.rows})
    return result


def _find_double(row: Row, who: object, seen: dict[object, int]) -> None:
    if seen.setdefault(who, row.number) != row.number:
        row.verdict = Verdict.error
        row.messages = [_("The same organisation stands in row %(number)s.", number=seen[who])]


def _read(number: int, cells: Columns, gazetteer: Gazetteer) -> tuple[Row, Columns | None]:
    name = clean(as_text(cells.get("name")))
    row = Row(number, name or _("row %(number)s", number=number), Verdict.error)
    place = as_text(cells.get("territory"))
    territory = gazetteer.find(place)
    if not name:
        row.messages.append(_("No name of the organisation."))
    for column, most in ORGANISATION_LIMITS.items():
        if len(clean(as_text(cells.get(column)))) > most:
            row.messages.append(
                _(
                    "«%(column)s» is longer than %(number)s characters.",
                    column=ORGANISATION_HEADINGS[column][0],
                    number=most,
                )
            )
    if territory is None:
        row.messages.append(_("There is no municipality «%(text)s».", text=place))
    words = {column: as_text(cells.get(column)) for column in ("kind", "sphere")}
    kind = _choice(OrganisationKind, ORGANISATION_LABELS, words["kind"])
    sphere = _choice(Sphere, SPHERE_LABELS, words["sphere"])
    if (words["kind"] and kind is None) or (words["sphere"] and sphere is None):
        row.messages.append(_("The kind or the sphere is unknown."))
    if row.messages or territory is None:
        return row, None
    values: dict[str, object] = {"name": name, "territory_id": territory.id}
    if "short_name" in cells:
        values["short_name"] = clean(as_text(cells["short_name"]))
    if "demo" in cells:
        values["demo"] = as_text(cells["demo"]).casefold() in ("да", "yes")
    return row, values | ({"kind": kind} if kind else {}) | ({"sphere": sphere} if sphere else {})


def _choice(kind: Any, names: dict[Any, Any], text: str) -> Any:
    for member in kind:
        if text.casefold() in (member.value, str(names[member]).casefold()):
            return member
    return None


def _decide(row: Row, found: Organisation | None, values: dict[str, object]) -> None:
    if found is None:
        row.verdict = Verdict.create
        return
    changed = [name for name, value in values.items() if getattr(found, name) != value]
    row.verdict = Verdict.change if changed else Verdict.same
    columns = {"territory_id": "territory"}
    row.messages = [", ".join(ORGANISATION_HEADINGS[columns.get(name, name)][0] for name in changed)] if changed else []


def carry_out(plan: Plan[Action], *, by: Actor | None) -> None:
    """Do what the plan says, in the caller's transaction."""
    places = current_by_ids({action.values["territory_id"] for action in plan.actions})
    for action in plan.actions:
        if action.organisation is None:
            _add(action.code, dict(action.values), places, by)
            continue
        for name, value in action.values.items():
            setattr(action.organisation, name, value)
        if inspect(action.organisation).modified:
            record(by, "organisation.changed", action.organisation)
    db.session.flush()
    retell(Practice.organisation_id.in_([action.organisation.id for action in plan.actions if action.organisation]))


def _add(code: str, values: Columns, places: dict[int, Territory], by: Actor | None) -> None:
    name, place = values.pop("name"), places[values.pop("territory_id")]
    if code:
        add_organisation(code, name, place.id, by=by, **values)
    else:
        ensure_organisation(name, place, by=by, **values)
