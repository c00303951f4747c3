"""What the product does, as links: for visitors, and for each role's work area."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from kernel.feature import registry


@dataclass(frozen=True)
class Link:
    label: str
    href: str
    current: bool = False
    icon: str | None = None
    count: int | None = None
    waiting_list: bool = False


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
    for area in registry().areas:
        if current_user.scopes(area.permission):
            address = url_for(area.endpoint)
            current = (request.script_root + request.path).startswith(
                request.script_root + area.below if area.below else address
            )
            links.append(Link(str(area.label), address, current, area.icon, waiting_list=area.waiting_list))
    return links
