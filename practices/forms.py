from __future__ import annotations

from typing import Any, Self

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, SelectField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import TextArea

from accounts.enums import Sphere
from accounts.labels import SPHERE_LABELS
from accounts.models import Organisation
from accounts.queries import is_called, organisation_by_code, organisations_named
from kernel.db import Columns
from kernel.forms import (
    Between,
    ChecksField,
    Choice,
    Form,
    LineField,
    NumberField,
    TextField,
    VersionedForm,
    WholeField,
    email,
    required,
    unfilled,
)
from kernel.text import sort_key
from practices import passport
from practices.labels import (
    DOCUMENT_LABELS,
    FORMAT_LABELS,
    GROUP_LABELS,
    PREVENTION_LABELS,
)
from practices.models import DocumentKind, Prevention, SavedSearch, TargetGroup
from territories.queries import current

UNKNOWN = ("", _l("Not known"))
MONEY = [Optional(), Between(0, 1_000_000_000, _l("Give whole roubles, without kopecks."))]
MONTHS = [Optional(), Between(0, 120, _l("Give a number of months."))]


class CardForm(VersionedForm):
    """The card of seven fields. A draft may be saved with any of them empty: `missing()` tells which."""

    name = LineField(_l("Name of the practice"), [required])
    effect = LineField(_l("What changes for families, in one sentence"), maximum=300, widget=TextArea())
    groups = ChecksField(_l("For whom"), choices=[(group.value, label) for group, label in GROUP_LABELS.items()])
    what_is_done = TextField(_l("What is done"))
    who_does_it = TextField(_l("Who does it"))
    what_is_needed = TextField(_l("What is needed"))
    contact_email = LineField(_l("Author's e-mail for questions"), [Optional(), email], maximum=254)
    contact_public = BooleanField(
        _l("Show this e-mail on the practice's page"),
        description=_l("Without the tick people ask through a form on the site, and the address stays unseen."),
    )

    def show(self, practice: Any) -> Self:
        """Fill the form from a practice, or from its working copy."""
        for name, value in typed(practice).items():
            if name in self:
                self[name].data = value
        self.version.data = practice.version
        return self

    def values(self) -> dict[str, object]:
        """What was typed in fields without a fault, as the operations take it."""
        values: dict[str, object] = {name: self[name].data or "" for name in _TEXTS if self._good(name)}
        if self._good("groups"):
            values["groups"] = [TargetGroup(value) for value in self.groups.data or []]
        values["contact_public"] = bool(self.contact_public.data)
        return values

    def _good(self, *names: str) -> bool:
        return all(name in self and not self[name].errors for name in names)

    def require_all(self) -> bool:
        """Say at each empty field of the card that it must be filled. True when none is empty."""
        for name in passport.CARD_FIELDS:
            if not self[name].data:
                self[name].errors = [*self[name].errors, unfilled(self[name])]
        return not self.errors

    def differences(self, practice: object) -> list[tuple[str, str, str]]:
        """(label, stored, typed) of the fields that differ, for the page of a conflict."""
        rows = []
        for name, stored in typed(practice).items():
            if name not in self:
                continue
            before, now = _shown(stored), _shown(self[name].data)
            if before != now:
                rows.append((str(self[name].label.text), before, now))
        return rows


class PassportForm(CardForm):
    """Card and passport. Lists are one item a line; see `practices.passport`."""

    contact_name = LineField(_l("Author's name"), [Optional()], description=_l("It is not shown on the site."))
    contact_position = LineField(_l("Author's position"), [Optional()], description=_l("Shown beside the e-mail."))
    contact_phone = LineField(
        _l("Author's telephone"), [Optional()], maximum=40, description=_l("It is not shown on the site.")
    )
    organisation = LineField(
        _l("Author organisation"), [Optional()], description=_l("Begin to type: known organisations are suggested.")
    )
    territory = SelectField(_l("Where it comes from"), [required])
    sphere = SelectField(
        _l("Sphere"),
        [Optional()],
        choices=[("", _l("choose")), *((sphere.value, label) for sphere, label in SPHERE_LABELS.items())],
        description=_l("Needed for publication: the catalogue is searched by it."),
    )
    start_year = WholeField(
        _l("Year of start"), [Optional(), Between(1950, 2100, _l("Give a year, for example 2023."))]
    )
    ages = TextField(_l("Ages"), description=_l("One a line: 0–3, 3–7, 7–14."), maximum=500)
    situations = TextField(_l("Situations of life"), description=_l("One a line."))
    prevention = SelectField(
        _l("When it helps"),
        coerce=Choice(str),
        choices=[UNKNOWN, *((kind.value, label) for kind, label in PREVENTION_LABELS.items())],
    )
    problem = TextField(_l("The problem"))
    goal = TextField(_l("The goal"))
    steps = TextField(
        _l("Steps"), description=_l("One step a line, in order. Begin a step that must be kept with «ядро |».")
    )
    core = TextField(_l("What must not be changed"), description=_l("One a line."))
    adaptable = TextField(_l("What may be changed to suit you"), description=_l("One a line."))
    normative = TextField(_l("Normative base"), description=_l("One act a line."))
    formats = ChecksField(_l("Formats"), choices=list(FORMAT_LABELS.items()))
    people = TextField(
        _l("People"), description=_l("One a line; begin with «нужно |», «по желанию |» or «от автора |».")
    )
    processes = TextField(_l("Rules and processes"), description=_l("Written in the same way."))
    tools = TextField(_l("Things and rooms"), description=_l("Written in the same way."))
    cost_once = WholeField(_l("Cost to start, ₽"), MONEY)
    cost_year = WholeField(_l("Cost a year, ₽"), MONEY)
    cost_family = WholeField(_l("Cost a family, ₽"), MONEY)
    staff = NumberField(
        _l("Full-time posts"), [Optional(), Between(0, 1000, _l("Give a number, for example 2.5."))], places=None
    )
    launch_months_min = WholeField(_l("Months to start, at least"), MONTHS)
    launch_months_max = WholeField(_l("Months to start, at most"), MONTHS)
    first_unit = LineField(
        _l("The first result"), [Optional()], description=_l("What tells that it has begun: «обслужена первая семья».")
    )
    results = TextField(
        _l("Results"),
        description=_l("One a line: indicator | before | after | how many were counted | period | source."),
    )
    conditions = TextField(_l("Where it fits"))
    risks = TextField(_l("Risks"), description=_l("One a line: risk → what to do about it."))
    materials = TextField(_l("Materials"), description=_l("One a line."))
    mentor_capacity = LineField(
        _l("How many adopters the author can mentor at once"), [Optional()], description=_l("For example: 3.")
    )
    found_through = LineField(_l("Found through"), [Optional()], maximum=80)
    kept: Organisation | None = None
    """The organisation the practice has already: others may bear its name."""

    def validate_staff(self, field: NumberField) -> None:
        _comma(field)

    def validate_launch_months_max(self, field: WholeField) -> None:
        low = self.launch_months_min.data
        if low is not None and field.data is not None and field.data < low:
            raise ValidationError(_l("This is less than the number before it."))

    def validate_organisation(self, field: LineField) -> None:
        if field.data and not self._organisations():
            raise ValidationError(_l("No such organisation. Choose one from the list or leave this empty."))
        if len(self._organisations()) > 1:
            raise ValidationError(_l("Several organisations are called so. Write the full name or the code of yours."))

    def values(self) -> dict[str, object]:
        values = super().values()
        values |= {name: self[name].data for name in _NUMBERS if self._good(name)}
        values |= {name: passport.lines(self[name].data or "") for name in _LISTS if self._good(name)}
        if self._good("staff"):
            values["staff"] = float(self.staff.data) if self.staff.data is not None else None
        if self._good("sphere"):
            values["sphere"] = Sphere(self.sphere.data) if self.sphere.data else None
        if self._good("prevention"):
            values["prevention"] = Prevention(self.prevention.data) if self.prevention.data else None
        values["formats"] = [name for name in FORMAT_LABELS if name in (self.formats.data or [])]
        for name, read in _READERS.items():
            if self._good(name):
                values[name] = read(self[name].data or "")
        if self._good(*passport.KINDS_OF_RESOURCES):
            values["resources"] = [
                item
                for kind in passport.KINDS_OF_RESOURCES
                for item in passport.read_resources(self[kind].data or "", kind)
            ]
        return values | self._places()

    def _places(self) -> dict[str, object]:
        territory = current(self.territory.data) if self._good("territory") else None
        values: dict[str, object] = {"territory_id": territory.id} if territory else {}
        if self._good("organisation"):
            found = self._organisations()
            values["organisation_id"] = found[0].id if found else None
        return values

    def _organisations(self) -> list[Organisation]:
        """Whom the name or code typed may mean: the one there is, then those of the practice's own municipality."""
        name = self.organisation.data or ""
        if not name:
            return []
        if self.kept is not None and is_called(self.kept, name):
            return [self.kept]
        coded, territory = organisation_by_code(name), current(self.territory.data or "")
        return [coded] if coded else organisations_named(name, territory.id if territory else None)


_TEXTS = [
    "name",
    "effect",
    "what_is_done",
    "who_does_it",
    "what_is_needed",
    "contact_email",
    "contact_name",
    "contact_position",
    "contact_phone",
    "problem",
    "goal",
    "first_unit",
    "conditions",
    "mentor_capacity",
    "found_through",
]
_READERS = {"steps": passport.read_steps, "results": passport.read_results, "risks": passport.read_risks}
_NUMBERS = ["start_year", "cost_once", "cost_year", "cost_family", "launch_months_min", "launch_months_max"]
_LISTS = ["ages", "situations", "core", "adaptable", "normative", "materials"]


def _comma(field: NumberField) -> None:
    if field.data is not None and field.data.as_tuple().exponent < -2:
        raise ValidationError(_l("Give a number, for example 2.5."))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(_l("yes")) if value else str(_l("no"))
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def typed(practice: Any) -> Columns:
    """The practice as the form's fields hold it."""
    values: dict[str, object] = {name: getattr(practice, name) for name in _TEXTS + _NUMBERS}
    values |= {name: "\n".join(getattr(practice, name)) for name in _LISTS}
    values |= {kind: passport.write_resources(practice.resources, kind) for kind in passport.KINDS_OF_RESOURCES}
    values["staff"] = None if practice.staff is None else _number(practice.staff)
    values["groups"] = sorted((group.value for group in practice.target_groups), key=_GROUP_ORDER.index)
    values["contact_public"] = practice.contact_public
    values["sphere"] = practice.sphere.value if practice.sphere else ""
    values["prevention"] = practice.prevention.value if practice.prevention else None
    values["formats"] = [name for name in FORMAT_LABELS if name in practice.formats]
    values["steps"] = passport.write_steps(practice.steps)
    values["results"] = passport.write_results(practice.results)
    values["risks"] = passport.write_risks(practice.risks)
    values["territory"] = practice.territory.oktmo
    values["organisation"] = practice.organisation.name if practice.organisation else ""
    return values


_GROUP_ORDER = [group.value for group in TargetGroup]


def _number(value: float) -> object:
    return int(value) if value == int(value) else value


class ArchiveForm(Form):
    reason = LineField(
        _l("Why it leaves the catalogue"), [required], description=_l("Readers see this on the practice's page.")
    )


class SampleForm(Form):
    kind = SelectField(_l("Kind"), choices=[(kind.value, label) for kind, label in DOCUMENT_LABELS.items()])
    title = LineField(_l("Title"), [required])
    file = FileField(_l("File"), [FileRequired(_l("Choose a file."))])

    def document_kind(self) -> DocumentKind:
        return DocumentKind(self.kind.data)


class ImportForm(Form):
    file = FileField(_l("Workbook or CSV file"), [FileRequired(_l("Choose a file."))])


MOST_SEARCHES = 50
"""So many searches one person may keep: all of them fit one screen."""


class SearchForm(Form):
    """A name for a search to be kept. `kept`: the names there are already."""

    name = LineField(_l("Name of the search"), [required], maximum=120)

    def __init__(self, kept: list[SavedSearch]) -> None:
        self.kept = {search.name_key for search in kept}
        super().__init__()

    def validate_name(self, field: Field) -> None:
        key = sort_key(field.data or "")
        if not key:
            raise ValidationError(str(_l("Give a name with letters or digits.")))
        if len(self.kept) >= MOST_SEARCHES and key not in self.kept:
            raise ValidationError(str(_l("You keep 50 searches already. Remove one that is no longer needed.")))
