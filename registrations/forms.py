from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import Optional, ValidationError

from accounts import consenting
from accounts.settings import site
from forum.labels import FORMAT_LABELS
from forum.models import Format, Forum
from kernel import pages
from kernel.forms import ChecksField, Form, LineField, accepted, asked_once, email, personal_name, plain_name, required
from kernel.i18n import spoken
from kernel.text import is_one_word, whole_number
from registrations.details import QUESTIONS, Details, Question, questions_named
from registrations.models import Registration
from territories.models import Level
from territories.queries import current, municipality_choices, offered, regions

KEPT_BY = ("site", "territories")


def territory_options() -> list[tuple[str, str]]:
    """The region's municipalities, then the other regions: one list to search in. Kept until they change."""
    return pages.remembered(f"registrations.territories.{spoken()}", KEPT_BY, _territory_options)


def _territory_options() -> list[tuple[str, str]]:
    home = site().region
    others = [
        (region.oktmo, _("Other region: %(name)s", name=region.name)) for region in regions() if region.oktmo != home
    ]
    return [("", ""), *municipality_choices(home), *others]


def _offered() -> dict[str, int]:
    """Ids of what `territory_options` offers, by OKTMO. Kept until they change."""
    return pages.remembered("registrations.territories", KEPT_BY, lambda: offered(site().region))


class TerritoryField(SelectField):
    """A municipality or a region by OKTMO; `territory_id` is what was chosen."""

    territory_id: int | None = None

    def __init__(self, label: object = None, validators: object = None, **kwargs: object) -> None:
        # The template draws `options` itself, so a form that passes never asks for them.
        super().__init__(label, validators, validate_choice=False, choices=[], **kwargs)

    @property
    def options(self) -> list[tuple[str, str]]:
        return territory_options()

    def pre_validate(self, form: Form) -> None:
        self.territory_id = (_offered().get(self.data) or _found(self.data)) if self.data else None
        if self.data and self.territory_id is None:
            raise ValidationError(_("Choose a municipality or a region from the list."))


def _found(oktmo: str) -> int | None:
    """Of what is not in the list: another region's municipality, or a code of before a reform."""
    territory = current(oktmo)
    return None if territory is None or territory.level is Level.country else territory.id


def chosen(_form: Form, field: RadioField) -> None:
    """One of the formats offered."""
    if field.data not in {value for value, _label in field.choices}:
        raise ValidationError(_("Choose how you will take part."))


chosen.field_flags = {"required": True}  # type: ignore[attr-defined]


def consented(_form: Form, field: RadioField) -> None:
    if field.data not in {value for value, _label in field.choices}:
        raise ValidationError(_("A name may be kept only with consent: let the person read it, or sign it on paper."))


consented.field_flags = {"required": True}  # type: ignore[attr-defined]


def _section_id(value: object) -> int:
    return whole_number(value) or 0


def _one_word(name: str) -> str:
    """A name of one word is mostly half a name, and sometimes a whole one."""
    return _("Give at least the surname and the first name.") if is_one_word(name) else ""


whole_name = asked_once(_one_word)


class SectionsForm(Form):
    """The sections that a participant chooses among those of `forum`."""

    sections = ChecksField(_l("Sections of interest"), coerce=_section_id, choices=[], validate_choice=False)

    def __init__(self, *args: object, forum: Forum, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.offer_sections(forum)

    def offer_sections(self, forum: Forum) -> None:
        self.sections.choices = [(section.id, section.name) for section in forum.sections]

    def refuse_sections(self, forum: Forum) -> None:
        """A section chosen was removed while the form was on its way: those of `forum` are left."""
        self.offer_sections(forum)
        self.form_errors = [_("The list of sections has changed meanwhile. Choose once more.")]

    def lacks_sections(self, forum: Forum) -> bool:
        """Whether a section chosen among those offered is no longer the `forum`'s."""
        return not set(self.section_ids()) <= {section.id for section in forum.sections}

    def section_ids(self) -> tuple[int, ...]:
        """The sections chosen that the forum has."""
        known = {section_id for section_id, _name in self.sections.choices}
        return tuple(sorted(known & set(self.sections.data or ())))


class PersonForm(SectionsForm):
    """What is asked of a participant. `forum` gives the formats and sections to choose from."""

    format = RadioField(_l("How will you take part?"), [chosen], choices=[], validate_choice=False)
    name = LineField(_l("Surname, first name, patronymic"), [required, plain_name, whole_name])
    email = LineField(_l("E-mail"), [required, email], maximum=254)
    territory = TerritoryField(_l("Municipality"), [required])

    def __init__(self, *args: object, forum: Forum, **kwargs: object) -> None:
        super().__init__(*args, forum=forum, **kwargs)
        if self.format is not None:
            self.format.choices = [(kind.value, FORMAT_LABELS[kind]) for kind in Format if kind in forum.formats]

    @property
    def questions(self) -> list[tuple[object, Question]]:
        """The fields of the questions, in order."""
        return [(self[key], question) for key, question in QUESTIONS.items()]

    def details(self) -> Details:
        return Details(
            self.name.data or "",
            self.email.data or "",
            self.territory.territory_id,
            answers={key: self[key].data or "" for key in QUESTIONS},
        )


for _key, _question in QUESTIONS.items():
    setattr(PersonForm, _key, LineField(_question.label, [Optional()]))


def as_entered(registration: Registration) -> dict[str, object]:
    """What a registration says, as the data of a form."""
    return {
        "name": registration.name,
        "email": registration.email,
        "territory": registration.territory.oktmo if registration.territory else "",
        **{key: getattr(registration, key) for key in QUESTIONS},
        "sections": [interest.section_id for interest in registration.interests],
        "format": registration.format.value,
    }


class RegistrationForm(PersonForm):
    name = LineField(_l("Surname, first name, patronymic"), [required, personal_name, plain_name, whole_name])
    consent_personal_data = BooleanField(
        _l("I agree to the processing of my personal data"),
        [accepted(_l("Without this consent we may not keep your name. Tick the box to take part."))],
    )
    consent_mailing = BooleanField(_l("I want to receive news of the forum"))

    def __init__(self, *args: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not consenting.NEWS:
            del self.consent_mailing


class AddForm(PersonForm):
    """A participant added by an organiser, whose consent lies on paper."""

    format = RadioField(_l("How does the person take part?"), [chosen], choices=[], validate_choice=False)
    consent_personal_data = BooleanField(
        _l("The person has signed the consent on paper"),
        [accepted(_l("A name may be kept only with the person's consent. Tick the box once you have it."))],
    )


ON_SCREEN, ON_PAPER = "screen", "paper"


class ArrivalForm(Form):
    """Somebody without a ticket, signed up by the volunteer at the door."""

    name = LineField(_l("Surname, first name, patronymic"), [required, plain_name, whole_name])
    email = LineField(_l("E-mail"), [required, email], maximum=254)
    consent = RadioField(
        _l("The person's consent to the processing of personal data"),
        [consented],
        choices=[(ON_SCREEN, _l("Has read it here and agrees")), (ON_PAPER, _l("Has signed it on paper"))],
        validate_choice=False,
    )


class CorrectionForm(PersonForm):
    """What was entered, put right by an organiser; the format has its own button."""

    format = None
    territory = TerritoryField(_l("Municipality"), [Optional()])


class ResendForm(Form):
    email = LineField(_l("E-mail"), [required, email], maximum=254)


class ImportForm(Form):
    file = FileField(_l("Workbook or CSV file"))
    consents = BooleanField(
        _l("The consents of these people are kept on paper"),
        [accepted(_l("Names may be kept only with consent. Tick the box once you have the consents."))],
    )
    letters = BooleanField(_l("Send each person a letter"))

    @property
    def answers_named(self) -> str:
        return questions_named()
