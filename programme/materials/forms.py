from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField

from kernel.forms import Form, LineField, required


class MaterialForm(Form):
    title = LineField(_l("Title"), [required])
    file = FileField(_l("File"), [FileRequired(_l("Choose a file."))])
    published = BooleanField(_l("Show on the talk's page"), default=True)
