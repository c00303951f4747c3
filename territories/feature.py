from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kernel.feature import Area, Feature, SubjectKind
from kernel.permissions import Permission
from territories import cli, manage, views
from territories.labels import LOG_ACTIONS

FEATURE = Feature(
    "territories",
    blueprints=(views.blueprint, manage.blueprint),
    pages=(views, manage),
    permissions=(Permission.EDIT_TERRITORIES,),
    areas=(Area(90, Permission.EDIT_TERRITORIES, "territories_desk.territories", _l("Territories"), "map"),),
    subjects=(SubjectKind("territory", _l("territory")),),
    actions=LOG_ACTIONS,
    imports=(cli.import_territories, cli.import_boundaries),
    exports=(cli.export_territories,),
)
