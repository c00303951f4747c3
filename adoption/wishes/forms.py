from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.validators import InputRequired, Optional

from kernel.forms import Form, LineField, TextField, accepted, email, personal_name, plain_name, required


class WishForm(Form):
    """«Оставить заявку»: who would like to have the practice, and where."""

    municipality = SelectField(_l("Municipality"), [InputRequired(_l("Choose a municipality from the list."))])
    organisation = LineField(_l("Organisation"), [required])
    name = LineField(_l("Your name"), [required, personal_name, plain_name])
    email = LineField(_l("Your e-mail"), [required, email], maximum=254)
    message = TextField(_l("What you want of it"), [Optional()], maximum=1000)
    consent_personal_data = BooleanField(
        _l("I agree to the processing of my personal data"),
        [accepted(_l("Without this consent we may not pass your request on. Tick the box to send it."))],
    )


class DeclineForm(Form):
    answer = TextField(
        _l("Why not"),
        [required],
        maximum=1000,
        description=_l("Whoever asked will read it in a letter."),
    )
