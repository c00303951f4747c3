from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from kernel.forms import Form


class UploadForm(Form):
    file = FileField(_l("Workbook or CSV file"), [FileRequired(_l("Choose a file."))])
