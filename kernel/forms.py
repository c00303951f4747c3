"""Forms: one base, fields that clean what was typed, and the edit version that detects conflicts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any
from unicodedata import normalize

from flask import render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import _FlaskFormCSRF, generate_csrf
from markupsafe import Markup
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import (
    DecimalField,
    Field,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.validators import DataRequired, Email, Length, NumberRange, StopValidation, ValidationError

from kernel.keyed_request import each_their_own
from kernel.keys import check_form_token
from kernel.text import clean, dial, whole_number
from kernel.twins import address_doubt, name_doubt

SURE = "meant"


def form_token() -> str:
    """The token of the reader's session; a gap for it in a page that is kept and filled for each."""
    return each_their_own(lambda _nothing: str(generate_csrf()), None)


class _Token(_FlaskFormCSRF):  # type: ignore[misc]
    """Flask-WTF's own sentences about its token are English and help nobody."""

    def generate_csrf_token(self, field: Field) -> str:
        return form_token()

    def validate_csrf_token(self, form: object, field: Field) -> None:
        try:
            check_form_token(field.data)
        except ValidationError:
            raise ValidationError(
                _("The page stood open for too long. Look at what was entered and press the button again.")
            ) from None


GO_ALONG = {"csrf_token", "version"}
"""Hidden fields that `form_open` writes: under these names whatever the form's prefix."""


class Form(FlaskForm):  # type: ignore[misc]
    """Base form: CSRF on, field order as written, no ambient data on safe requests."""

    prefix = ""
    """Stands before the names and ids of the fields, where several forms on one page have fields of one name."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{"prefix": self.prefix, **kwargs})

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf_class = _Token

        def bind_field(self, form: Form, unbound_field: object, options: dict[str, object]) -> Field:
            if options["name"] in GO_ALONG:
                options["prefix"] = ""
            return super().bind_field(form, unbound_field, options)

        def wrap_formdata(self, form: Form, formdata: Any) -> Any:
            """What was sent, files only for the fields that take files: any other field expects text."""
            sent = super().wrap_formdata(form, formdata)
            if not isinstance(sent, CombinedMultiDict):  # what came without files, or not from the request
                return sent
            taking = {field.name for field in form if isinstance(field, FileField)}
            files = MultiDict((name, file) for name, file in request.files.items(multi=True) if name in taking)
            return CombinedMultiDict((files, request.form))


def form_page(template: str, form: Form, **values: object) -> tuple[str, int]:
    """The page with `form`: as it is opened, or 422 with all that was typed after a submission that was not taken."""
    return render_template(template, form=form, **values), status_of(form)


def status_of(form: Form) -> int:
    """The status of a page that shows `form`, for a view that draws it in its own way."""
    return 422 if form.is_submitted() else 200


class VersionedForm(Form):
    """Carries the version its object had when the form was opened."""

    version = HiddenField()

    def opened_version(self) -> int:
        """The version sent back, or 0 when it is missing or not a number."""
        return whole_number((self.version.raw_data or [""])[0]) or 0


def _clean_line(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _clean_text(value: object) -> object:
    if not isinstance(value, str):
        return value
    return "\n".join(clean(line) for line in value.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()


class LineField(StringField):
    """One line of text, cleaned of control characters and doubled spaces."""

    doubted = ""
    """The value that was asked about: it goes along, so that sent again it is taken. See `asked_once`."""
    asked_by: Form | None = None
    """The form that has just asked about it."""

    def __init__(
        self, label: object = None, validators: Sequence[object] = (), maximum: int = 255, **kwargs: Any
    ) -> None:
        kwargs["filters"] = [_clean_line, *kwargs.get("filters", ())]
        super().__init__(label, [*validators, Length(max=maximum)], **kwargs)

    def __call__(self, **kwargs: object) -> Markup:
        drawn = Markup(super().__call__(**kwargs))
        if not self.doubted or (self.asked_by is not None and _is_wrong_elsewhere(self.asked_by)):
            return drawn  # whoever mends another field has not answered yet: the question stands until it is alone
        return drawn + Markup('<input type="hidden" name="{}" value="{}">').format(SURE, self.doubted)


def _is_wrong_elsewhere(form: Form) -> bool:
    return any(field.errors and getattr(field, "asked_by", None) is None for field in form)


# WTForms' own sentences, in its own catalogues.
NOT_WHOLE, NOT_NUMBER = "Not a valid integer value.", "Not a valid decimal value."


class WholeField(IntegerField):
    """A whole number that fits a database's integer."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = "".join((valuelist[0] if valuelist else "").split())  # «1 200», with whatever space
        if typed and not re.fullmatch(r"[+-]?[0-9]+", typed):
            self.data = None
            raise ValueError(self.gettext(NOT_WHOLE))
        super().process_formdata([typed] if typed else valuelist)
        if self.data is not None and abs(self.data) >= 2**31:
            self.data = None
            raise ValueError(self.gettext(NOT_WHOLE))


class NumberField(DecimalField):
    """A number; «NaN» and «Infinity» are none."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(self.gettext(NOT_NUMBER))


class TextField(TextAreaField):
    """Several lines of text, each cleaned."""

    def __init__(
        self, label: object = None, validators: Sequence[object] = (), maximum: int = 6000, **kwargs: Any
    ) -> None:
        kwargs["filters"] = [_clean_text, *kwargs.get("filters", ())]
        super().__init__(label, [*validators, Length(max=maximum)], **kwargs)


class ChecksField(SelectMultipleField):
    """Several choices as check boxes."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def pre_validate(self, form: Form) -> None:
        try:
            super().pre_validate(form)
        except ValidationError:  # WTForms' own sentence has no Russian
            raise ValidationError(_l("The list has changed meanwhile. Choose once more.")) from None


def unfilled(field: Field) -> str:
    """What is said at a field left empty that must not be, in the words of its kind."""
    if isinstance(field, SelectMultipleField):
        return _("Tick at least one option.")
    if isinstance(field, RadioField):
        return _("Choose one option.")
    return _("Choose from the list.") if isinstance(field, SelectField) else _("Please fill this in.")


class _Required(DataRequired):  # type: ignore[misc]
    def __call__(self, form: Form, field: Field) -> None:
        try:
            super().__call__(form, field)
        except StopValidation:
            raise StopValidation(unfilled(field)) from None


required = _Required()


def asked_once(doubt: Callable[[str], str]) -> Callable[[Form, Field], None]:
    """A validator that asks about a value in the words of `doubt`; sent once more unchanged, the value is taken.

    The page carries what was asked about: see `LineField`.
    """

    def check(form: Form, field: Field) -> None:
        said = doubt(field.data or "")
        if not said:
            return
        field.doubted = field.data
        if field.data not in request.form.getlist(SURE):
            field.asked_by = form
            raise ValidationError(said + " " + _("Put it right, or press the button again to leave it so."))

    return check


_address_is_plain = asked_once(address_doubt)
plain_name = asked_once(name_doubt)


email_shape = Email(_l("This does not look like an e-mail address. Example: anna@example.org"))
"""For an address that is known already, as at the sign-in."""


def email(form: Form, field: Field) -> None:
    """An address that letters are to reach."""
    email_shape(form, field)
    _address_is_plain(form, field)


def telephone(_form: Form, field: Field) -> None:
    """A number that can be rung, perhaps with an extension: «8 (395) 200-00-00, доб. 12»."""
    typed = (field.data or "").casefold()
    strange = re.search(r"[^0-9+() .,;:‑–-]", re.sub("доб|вн|ext", "", typed))
    if typed and (strange or not 5 <= len(dial(typed).lstrip("+")) <= 15):
        raise ValidationError(_l("This does not look like a telephone number. Example: 8 (395) 200-00-00, ext. 12"))


_LINK = re.compile(
    r"//|\]\(|www\.|\w{2,}\.[a-z]{2,}|\b\w\.(?:me|co|cc|ly|ru|com)\b|\w\.(?:рф|рус|дети|онлайн|сайт|орг|ком|москва)\b",
    re.IGNORECASE,
)
"""An address, or what mail programs make one of. «А.С.Пушкин», «им.Гагарина» and «J.Smith» are none."""


def without_links(_form: Form, field: Field) -> None:
    """For what goes into a letter to whatever address was typed: it must not carry advertising there."""
    typed = normalize("NFKC", field.data or "")  # «evil．ru» with a wide point is a link to whoever reads it
    if "@" in typed or _LINK.search(typed):
        raise ValidationError(_l("Leave out links and addresses: this text also goes into a letter."))


def personal_name(form: Form, field: Field) -> None:
    """A person's name that a stranger may type: it greets the owner of an address nobody has proved."""
    typed = field.data or ""
    without_links(form, field)
    if sum(sign.isdigit() for sign in typed) > 3 or len(typed) > NAME_LENGTH:
        raise ValidationError(_l("Give the name alone, without numbers and further words."))


NAME_LENGTH = 120


def accepted(message: str) -> Callable[[Form, Field], None]:
    """A box that must be ticked; `message` says why."""

    def check(_form: Form, field: Field) -> None:
        if not field.data:
            raise ValidationError(message)

    # The widget marks it as required without the browser's own bubble stopping the server's sentence.
    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


class Choice:
    """WTForms' `coerce` for optional selects: empty string is None."""

    def __init__(self, kind: Callable[[str], object]) -> None:
        self.kind = kind

    def __call__(self, value: object) -> object:
        if value in (None, "", "None"):
            return None
        return self.kind(value) if isinstance(value, str) else value


class Between(NumberRange):
    """A number in a range, with one sentence for whatever is wrong with it."""

    def __call__(self, form: Form, field: Field) -> None:
        if field.process_errors:
            field.errors = []
            raise StopValidation(str(self.message))
        super().__call__(form, field)
