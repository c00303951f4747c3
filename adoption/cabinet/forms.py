from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput

from adoption import rules
from adoption.labels import EXIT_VERBS, FAULTS, REASON_LABELS, STAGE_LABELS, doubt_line
from adoption.models import Adoption, Exit, ExitReason, Stage
from adoption.rules import Reached
from kernel.forms import (
    Between,
    Form,
    LineField,
    TextField,
    VersionedForm,
    WholeField,
    email,
    plain_name,
    required,
    telephone,
)
from kernel.text import DASH, email_key, quoted

NEW = "new"

WHO_RINGS = _l(
    "A work number, so that the curator can ring. Seen by coordinators of the municipality, curators and "
    "organisers, never publicly."
)


class StartForm(VersionedForm):
    """«Беру к себе»: who will do it, whom to write to, what for, where it was seen."""

    organisation = SelectField(_l("Which organisation will do it"))
    new_organisation = LineField(
        _l("Name of the organisation"), description=_l("Its full name, as in official papers.")
    )
    territory = SelectField(_l("Municipality of the organisation"), validate_choice=False)
    contact_name = LineField(_l("Who answers for it: surname, name, patronymic"), [required, plain_name])
    contact_email = LineField(_l("E-mail for the author's answer"), [required, email], maximum=254)
    contact_phone = LineField(
        _l("Telephone"),
        [Optional(), telephone],
        maximum=40,
        description=WHO_RINGS,
    )
    aim = TextField(_l("What you want of it"), [Optional()], maximum=1000)
    source = SelectField(_l("Where you learned of it"), [Optional()])

    def validate_organisation(self, field: SelectField) -> None:
        """A name typed below is an answer: nobody has to choose «not in the list» besides."""
        if not field.data and self.new_organisation.data:
            field.data = NEW
        if not field.data:
            raise ValidationError(_l("Choose an organisation or add yours below."))

    def validate_territory(self, field: SelectField) -> None:
        """Whoever has one municipality is not asked for it."""
        if field.data and field.data not in {oktmo for oktmo, _name in field.choices}:
            raise ValidationError(_l("Choose one of your municipalities."))

    def validate_new_organisation(self, field: LineField) -> None:
        chosen, typed = self.organisation.data, field.data or ""
        if chosen == NEW and len(typed) < 5:
            raise ValidationError(_l("Write the full name of the organisation."))
        listed = dict(self.organisation.choices)
        if typed and chosen and chosen != NEW and chosen in listed:
            raise ValidationError(
                _l(
                    "%(chosen)s is chosen in the list already. Clear this name, or choose “%(new)s” in the list.",
                    chosen=quoted(listed[chosen]),
                    new=listed[NEW],
                )
            )


class SureField(StringField):
    """A tick whose value is the signature of the doubts it confirms: it says nothing of the doubts that come next."""

    widget = CheckboxInput()
    waits = False

    def ask(self, doubts: Sequence[rules.Doubt]) -> None:
        """Ask about these, if any; what was confirmed before is confirmed no more."""
        if doubts:
            self.wait(rules.signature(doubts))
            self.errors = [doubt_line(doubt) for doubt in doubts]

    def wait(self, signature: str) -> None:
        """Stand unticked, for the doubts of this signature."""
        self.data, self.waits = signature, True

    @property
    def checked(self) -> bool:
        return bool(self.data) and not self.waits


class MoveForm(VersionedForm):
    """The stages ahead: for each a tick, a date and what shows it; a link and a file for the last of them."""

    evidence_url = LineField(_l("Link to a page or a document"), [Optional()], maximum=500)
    file = FileField(_l("File"))
    units = WholeField(
        _l("How many have been served so far"), [Optional(), Between(0, 1_000_000, _l("Give a number."))]
    )

    sure = SureField(_l("Days or papers repeat"))

    def validate_evidence_url(self, field: LineField) -> None:
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(_l("Give the whole address beginning with https://"))

    def ticked(self) -> list[Stage]:
        return [stage for stage in list(Stage)[1:] if self[f"{stage.value}_done"].data or self[_evidence(stage)].data]

    def reached(self) -> list[Reached]:
        """What was ticked, in order; the link and the file belong to the last."""
        stages = self.ticked()
        found = []
        for place, stage in enumerate(stages, 1):
            last = place == len(stages)
            found.append(
                Reached(
                    stage,
                    self[f"{stage.value}_on"].data,
                    self[_evidence(stage)].data or "",
                    (self.evidence_url.data or "") if last else "",
                    bool(self.file.data) and last,
                )
            )
        return found

    def typed(self) -> list[tuple[str, str]]:
        """(stage, what was written of it), for whoever was overtaken."""
        return [(str(STAGE_LABELS[step.stage]), f"{step.on or ''} {step.evidence}".strip()) for step in self.reached()]

    def blame(
        self, faults: Sequence[tuple[Stage | None, rules.Fault]], doubts: Sequence[rules.Doubt], first: Stage
    ) -> None:
        """Say each fault at its field, and ask what is doubtful at the tick that answers it."""
        self.sure.ask(doubts)
        if self.file.data:
            self.file.errors = [*self.file.errors, _("Attach the file once more: a browser does not keep it.")]
        for stage, fault in faults:
            where = stage or first
            suffix = {rules.Fault.no_evidence: "evidence", rules.Fault.gap: "done", rules.Fault.nothing: "done"}
            field = self[f"{where.value}_{suffix.get(fault, 'on')}"]
            field.errors = [*field.errors, str(FAULTS[fault])]
            field.whose = STAGE_LABELS[where]


def _evidence(stage: Stage) -> str:
    return f"{stage.value}_evidence"


for _stage in list(Stage)[1:]:
    setattr(MoveForm, f"{_stage.value}_done", BooleanField(STAGE_LABELS[_stage]))
    setattr(MoveForm, f"{_stage.value}_on", DateField(_l("When"), [Optional()]))
    setattr(MoveForm, _evidence(_stage), LineField(_l("What shows it"), [Optional()], maximum=500))


class BackForm(VersionedForm):
    prefix = "back"

    stage = SelectField(_l("To which stage"))
    reason = LineField(_l("What happened"), [required])

    def offer(self, adoption: Adoption) -> BackForm:
        self.stage.choices = [(stage.value, STAGE_LABELS[stage]) for stage in rules.back_targets(adoption.stage)]
        return self


class ExitForm(VersionedForm):
    prefix = "leave"

    exit = SelectField(_l("What is decided"))
    reason = SelectField(_l("Why"), choices=[(reason.value, label) for reason, label in REASON_LABELS.items()])
    note = TextField(_l("In your own words"), [Optional()], maximum=1000)

    def offer(self, adoption: Adoption) -> ExitForm:
        open_now = rules.exits_open(adoption.stage, adoption.exit)
        self.exit.choices = [(exit.value, EXIT_VERBS[exit]) for exit in open_now]
        return self

    def chosen(self) -> tuple[Exit, ExitReason]:
        return Exit(self.exit.data), ExitReason(self.reason.data)


class RefusalForm(Form):
    """«Не подтверждаю»: why the launch has not happened."""

    reason = TextField(
        _l("What is not so"),
        [required],
        maximum=1000,
        description=_l("The municipality will read it. No names of families or children, please."),
    )


class DetailsForm(VersionedForm):
    prefix = "details"

    contact_name = LineField(_l("Who answers for it: surname, name, patronymic"), [required, plain_name])
    contact_email = LineField(_l("E-mail for the author's answer"), [required, email], maximum=254)
    contact_phone = LineField(
        _l("Telephone"),
        [Optional(), telephone],
        maximum=40,
        description=WHO_RINGS,
    )
    aim = TextField(_l("What you want of it"), [Optional()], maximum=1000)
    units = WholeField(
        _l("How many have been served so far"), [Optional(), Between(0, 1_000_000, _l("Give a number."))]
    )

    mentor = SelectField(_l("Whom you learn from"), [Optional()], validate_choice=False)

    def offer(self, mentors: Sequence[Adoption]) -> DetailsForm:
        self.mentor.choices = [
            ("", _l("nobody")),
            *((str(found.id), f"{found.organisation.title}{DASH}{found.territory.short_name}") for found in mentors),
        ]
        return self

    def validate_mentor(self, field: SelectField) -> None:
        if field.data and field.data not in dict(field.choices):
            raise ValidationError(_l("Choose from the list."))

    def show(self, adoption: Adoption) -> DetailsForm:
        self.mentor.data = str(adoption.source_adoption_id or "")
        for name in ("contact_name", "contact_email", "contact_phone", "aim", "units", "version"):
            self[name].data = getattr(adoption, name)
        return self

    def values(self) -> dict[str, object]:
        values: dict[str, object] = {
            "contact_name": self.contact_name.data,
            "contact_email": email_key(self.contact_email.data),
            "contact_phone": self.contact_phone.data or "",
            "aim": self.aim.data or "",
            "units": self.units.data,
        }
        if self.mentor.raw_data:
            values["source_adoption_id"] = int(self.mentor.data) if self.mentor.data else None
        return values
