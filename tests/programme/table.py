"""The organiser's table of speakers as a browser would send it."""

from __future__ import annotations

import html
import re

from werkzeug.test import TestResponse

from speakers.models import Speaker
from tests.client import PageClient


def rows(page: str) -> dict[str, str]:
    """What a browser would send of the table as it stands."""
    found = re.findall(r"<input([^>]*)>", page[page.index("<tbody") : page.index("</tbody")])
    pairs = [(dict(re.findall(r'([a-z-]+)="([^"]*)"', one)), " checked" in one) for one in found]
    return {
        one["name"]: html.unescape(one.get("value", ""))
        for one, checked in pairs
        if one.get("type") != "checkbox" or checked
    }


def correct(client: PageClient, page: str, speaker: Speaker, **typed: str) -> TestResponse:
    """Save the table with one row changed; an empty `agreed` takes the consent back."""
    sent = rows(client.get(page).get_data(as_text=True))
    sent |= {f"{speaker.code}-{name}": value for name, value in typed.items()}
    return client.submit(page, {name: value for name, value in sent.items() if value or "-agreed" not in name})
