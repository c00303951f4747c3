"""What the product does, as links: for visitors, and for each role's work area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from kernel.templating import navigation


@dataclass(frozen=True)
class Link:
    label: str
    href: str
    current: bool = False
    icon: str | None = None
    count: int | None = None
    waiting_list: bool = False


class Area(NamedTuple):
    """A work area: shown to whoever holds `permission` somewhere."""

    permission: str
    endpoint: str
    label: object
    icon: str
    below: str = ""
    """The part of the address that belongs to the area, when its first screen does not stand at the root of it."""
    waiting_list: bool = False
    """Whether its first screen is itself the list of what waits for the person."""


AREAS = (
    Area("work:cabinet:open", "adoption.cabinet", _l("Our municipality"), "home"),
    Area("work:forums:open", "forum_desk.index", _l("Forums"), "calendar"),
    Area("work:practices:open", "practices.waiting", _l("Practices"), "list", "/manage/practices", True),
    Area("practices:practice:grade", "practices.grading", _l("Grades of practices"), "edit", waiting_list=True),
    Area("adoption:adoption:view", "adoption.adviser_sheet", _l("The adviser's sheet"), "phone"),
    Area("adoption:adoption:view", "adoption.adoptions", _l("Who takes over what"), "tiles"),
    Area("adoption:round:lead", "adoption.rounds", _l("Quarterly question"), "clock"),
    Area("registrations:door:work", "door.choose", _l("The door"), "qr"),
    Area("territories:territory:edit", "territories_desk.territories", _l("Territories"), "map"),
    Area("accounts:user:edit", "accounts.people", _l("People and roles"), "people"),
    Area("activity:log:view", "activity.log", _l("Who did what"), "clock"),
    Area("accounts:settings:edit", "accounts.site_settings", _l("Site settings"), "settings"),
)


def public_links() -> list[Link]:
    here = request.path
    places = (("/forums/", _("Forums")), ("/practices/", _("Practices")), ("/adoption/", _("Adoption")))
    return [
        Link(label, request.script_root + path, here == path or (here.startswith(path) and len(path) > 1))
        for path, label in places
    ]


def footer_links() -> list[Link]:
    return [
        Link(_("Territories"), url_for("territories.index")),
        Link(_("Propose a practice"), url_for("practices.proposal")),
        Link(_("Personal data"), url_for("accounts.privacy")),
    ]


def work_links() -> list[Link]:
    if not current_user.is_authenticated:
        return []
    links = [Link(_("My tasks"), url_for("home.work"), request.endpoint == "home.work", "check")]
    for area in AREAS:
        if current_user.scopes(area.permission):
            address = url_for(area.endpoint)
            current = (request.script_root + request.path).startswith(
                request.script_root + area.below if area.below else address
            )
            links.append(Link(str(area.label), address, current, area.icon, waiting_list=area.waiting_list))
    return links


def connect() -> None:
    navigation("public_nav", public_links)
    navigation("footer_nav", footer_links)
    navigation("work_nav", work_links)
