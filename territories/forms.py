from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from kernel.forms import Form, LineField, required
from territories.queries import regions


class ImportForm(Form):
    file = FileField(_l("Workbook or CSV file"), [FileRequired(_l("Choose a file."))])
    region = SelectField(_l("Only municipalities of"), choices=[])

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.region.choices = [("", _l("any region")), *((region.oktmo, region.name) for region in regions())]


class BoundariesForm(Form):
    file = FileField(_l("GeoJSON file"), [FileRequired(_l("Choose a file."))])
    credit = LineField(_l("Who made the boundaries and on what terms"), [required])
