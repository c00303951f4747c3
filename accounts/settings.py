"""Site settings: what an operator says of itself."""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask, g
from sqlalchemy import select

from accounts.models import Setting
from kernel import zones
from kernel.db import db
from kernel.pages import bump, remembered

DEFAULTS = {
    "name": "Тираж",
    "operator": "",
    "operator_address": "",
    "contact_email": "",
    "contact_phone": "",
    "region": "25000000",
    "timezone": zones.DEFAULT,
    "demo_notice": "",
    "channel_vk": "",
    "channel_ok": "",
    "channel_max": "",
    "channel_telegram": "",
    "backup_days": "30",
}


class Site(NamedTuple):
    name: str
    operator: str
    operator_address: str
    contact_email: str
    contact_phone: str
    region: str
    timezone: str
    demo_notice: str
    channel_vk: str
    channel_ok: str
    channel_max: str
    channel_telegram: str
    backup_days: str


def site() -> Site:
    """The settings, the same for the whole of a request; kept in this process until the site changes."""
    if "site" not in g:
        g.site = remembered("accounts.settings", ("site",), _read)
    found: Site = g.site
    return found


def _read() -> Site:
    stored = dict(db.session.execute(select(Setting.name, Setting.value)).all())
    return Site(**(DEFAULTS | {name: value for name, value in stored.items() if name in DEFAULTS}))


def change(values: dict[str, str]) -> None:
    """Store settings in the caller's transaction; every public page shows them."""
    before = site().region
    for name, value in values.items():
        if name not in DEFAULTS:
            raise KeyError(name)
        db.session.merge(Setting(name=name, value=value))
    g.pop("site", None)
    bump("site", *(["territories"] if values.get("region", before) != before else []))


class _LazySite:
    """`site.name` in templates: queried only by pages that use it."""

    def __getattr__(self, name: str) -> str:
        return str(getattr(site(), name))


def timezone() -> str:
    return site().timezone


def init_app(app: Flask) -> None:
    app.jinja_env.globals["site"] = _LazySite()
