"""The zone of the region: what happened is kept as UTC and told in it; a forum has a zone of its own.

Which zone it is stands in the site's settings, read by whoever receives `zone_setting`.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import has_app_context
from flask_babel import lazy_gettext as _l

from kernel.db import utcnow
from kernel.feature import Signal

DEFAULT = "Asia/Irkutsk"
ZONES = {
    "Europe/Kaliningrad": _l("Kaliningrad, UTC+2"),
    "Europe/Moscow": _l("Moscow, UTC+3"),
    "Europe/Samara": _l("Samara, UTC+4"),
    "Asia/Yekaterinburg": _l("Yekaterinburg, UTC+5"),
    "Asia/Omsk": _l("Omsk, UTC+6"),
    "Asia/Krasnoyarsk": _l("Krasnoyarsk, UTC+7"),
    "Asia/Irkutsk": _l("Irkutsk, UTC+8"),
    "Asia/Yakutsk": _l("Yakutsk, UTC+9"),
    "Asia/Vladivostok": _l("Vladivostok, UTC+10"),
    "Asia/Magadan": _l("Magadan, UTC+11"),
    "Asia/Kamchatka": _l("Kamchatka, UTC+12"),
}

zone_setting: Signal[[], str] = Signal()
"""Asks for the name of the region's zone."""


def home_zone_name() -> str:
    told = zone_setting() if has_app_context() else []
    return told[0] if told else DEFAULT


def home_zone() -> ZoneInfo:
    return ZoneInfo(home_zone_name())


def local(moment: datetime) -> datetime:
    """A moment as the region's clocks show it."""
    return moment.astimezone(home_zone())


def today() -> date:
    """The day it is in the region."""
    return local(utcnow()).date()


def zone_name(zone: str) -> str:
    """«Иркутск, UTC+8» for Asia/Irkutsk; a zone not offered keeps its own name."""
    return str(ZONES.get(zone, zone))
