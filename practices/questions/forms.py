from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import Optional

from kernel.forms import Form, LineField, TextField, accepted, email, personal_name, plain_name, required


class QuestionForm(Form):
    text = TextField(_l("Your question"), [required], maximum=3000)
    name = LineField(_l("Your name"), [required, personal_name, plain_name])
    email = LineField(_l("Your e-mail"), [required, email], maximum=254)
    organisation = LineField(_l("Organisation"), [Optional()])
    consent_personal_data = BooleanField(
        _l("I agree to the processing of my personal data"),
        [accepted(_l("Without this consent we may not pass your question on. Tick the box to send it."))],
    )
