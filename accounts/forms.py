from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, SelectField
from wtforms.validators import Optional, ValidationError

from accounts.enums import Role, ScopeKind
from accounts.labels import ROLE_LABELS, SCOPE_LABELS
from accounts.models import User
from accounts.passwords import MINIMUM, is_weak
from accounts.permissions import SCOPES
from kernel.forms import ChecksField, Form, LineField, email, email_shape, plain_name, required
from kernel.text import whole_number
from kernel.zones import ZONES


class SignInForm(Form):
    email = LineField(_l("E-mail"), [required, email_shape], maximum=254)
    password = PasswordField(_l("Password"), [required])
    next = HiddenField()
    kept = HiddenField()


class ResetRequestForm(Form):
    email = LineField(_l("E-mail"), [required, email], maximum=254)


class PasswordForm(Form):
    """Sets a password; `personal` are words it must not contain."""

    password = PasswordField(_l("New password"), [required])
    repeat = PasswordField(_l("New password once more"), [required])

    def __init__(self, *args: object, personal: tuple[str, ...] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.personal = personal

    def validate_password(self, field: PasswordField) -> None:
        if is_weak(field.data or "", *self.personal):
            raise ValidationError(
                _l("Choose at least %(number)d characters that are not your name or address.", number=MINIMUM)
            )

    def validate_repeat(self, field: PasswordField) -> None:
        if field.data != self.password.data:
            raise ValidationError(_l("The two passwords differ. Type the same one twice."))


class UserForm(Form):
    name = LineField(_l("Full name"), [required, plain_name])
    email = LineField(_l("E-mail"), [required, email], maximum=254)
    position = LineField(_l("Position"), [Optional()])


class AssignmentForm(Form):
    role = SelectField(_l("Role"), [required])
    scope = SelectField(_l("Where"), [required])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, f"{label} ({_places(role)})") for role, label in ROLE_LABELS.items()]
        self.role.choices = [("", _("Choose a role")), *roles]

    def validate_scope(self, field: SelectField) -> None:
        role, kind = self.role.data, str(field.data).partition(":")[0]
        if role not in {one.value for one in Role} or not field.data:
            return  # said at the role
        if kind not in {one.value for one in ScopeKind}:
            return  # the list's own sentence is enough
        if ScopeKind(kind) not in SCOPES[Role(role)]:
            raise ValidationError(_("This role is held in: %(places)s. Choose one.", places=_places(Role(role))))


def _places(role: Role) -> str:
    """What the role is held in, in words: «цикл форумов, форум, везде»."""
    return ", ".join(str(SCOPE_LABELS[kind]).lower() for kind in SCOPES[role])


class SettingsForm(Form):
    name = LineField(_l("Name of the site"), [required], maximum=80)
    operator = LineField(_l("Operator (the organisation responsible for personal data)"), [Optional()])
    operator_address = LineField(_l("Operator's address"), [Optional()])
    contact_email = LineField(_l("E-mail for questions"), [Optional(), email], maximum=254)
    contact_phone = LineField(_l("Telephone for questions"), [Optional()], maximum=40)
    timezone = SelectField(_l("The region's time zone"), choices=list(ZONES.items()))
    channel_vk = LineField(_l("VK page"), [Optional()])
    channel_ok = LineField(_l("Odnoklassniki page"), [Optional()])
    channel_max = LineField(_l("MAX channel"), [Optional()])
    channel_telegram = LineField(_l("Telegram channel"), [Optional()])

    backup_days = LineField(_l("For how many days copies of the database are kept"), [required], maximum=4)

    def validate_backup_days(self, field: LineField) -> None:
        if not whole_number(field.data):
            raise ValidationError(_l("Give a number of days, as the command for copies has it: 30 unless changed."))

    def _check_link(self, field: LineField) -> None:
        if field.data and not field.data.startswith("https://"):
            raise ValidationError(_l("Give the whole address beginning with https://"))

    validate_channel_vk = validate_channel_ok = validate_channel_max = validate_channel_telegram = _check_link


class HandoverForm(Form):
    """Who takes over, somebody chosen or somebody new, and what. Call `offer` for the choices."""

    to = SelectField(_l("Name or e-mail"))
    name = LineField(_l("Full name"))
    email = LineField(_l("E-mail"), maximum=254)
    roles = ChecksField(_l("What moves"))
    whole = BooleanField(_l("Everything else that hangs on the person too"))
    close = BooleanField(_l("Close the account of the one who hands over"))

    def offer(self, giver: User, people: Sequence[tuple[str, str, str]], labels: Mapping[Role, object]) -> HandoverForm:
        self.to.choices = [("", _("Nobody chosen")), *((uuid, f"{name} · {email}") for uuid, name, email in people)]
        everywhere = _("Everywhere")
        self.roles.choices = [
            (str(one.id), f"{labels[one.role]} · {one.scope_name or everywhere}") for one in giver.assignments
        ]
        if not self.is_submitted():
            self.roles.data = [value for value, _label in self.roles.choices]
            self.whole.data = True
        return self

    @property
    def to_somebody_new(self) -> bool:
        return bool(self.name.data or self.email.data)

    def validate_to(self, field: SelectField) -> None:
        if field.data and self.to_somebody_new:
            raise ValidationError(_("Somebody is chosen, and somebody new is written down. Leave one of them empty."))
        if not field.data and not self.to_somebody_new:
            raise ValidationError(_("Choose a person, or give the name and the e-mail of somebody new."))

    def validate_name(self, field: LineField) -> None:
        if self.email.data and not field.data:
            raise ValidationError(_("Give the name of the person to invite."))
        plain_name(self, field)

    def validate_email(self, field: LineField) -> None:
        if field.data:
            email(self, field)
        elif self.name.data:
            raise ValidationError(_("Give the e-mail: the invitation goes there."))

    def validate_roles(self, field: ChecksField) -> None:
        if not field.data and not self.whole.data:
            raise ValidationError(_("Choose what moves."))


class SuspensionForm(Form):
    reason = LineField(_l("Why the account is closed"), [required], maximum=500)
