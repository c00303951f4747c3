"""Speakers of a forum as rows of a table: what stands there, what was typed, whether others changed it meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

from flask import request
from flask_babel import gettext as _

from forum.models import Forum
from programme import queries
from programme.details import SpeakerDetails
from programme.forms import SpeakerForm
from programme.models import Appearance
from speakers.models import Speaker
from speakers.queries import decided_among, publication_consents


class Now(NamedTuple):
    """A row as it is stored."""

    details: SpeakerDetails

    @property
    def signature(self) -> str:
        return _signature(self.details)


class SpeakerRow(NamedTuple):
    speaker: Speaker
    form: SpeakerForm
    now: Now
    talks: list[Appearance]
    on_paper: bool
    withdrawn: bool

    @property
    def opened(self) -> str:
        """The signature of what stood in the row when the page was opened."""
        return request.form.get(f"{self.speaker.code}-opened", "")

    @property
    def is_sent(self) -> bool:
        return bool(self.opened)

    @property
    def typed(self) -> SpeakerDetails:
        return self.form.details()

    @property
    def is_touched(self) -> bool:
        """Whoever sent the table has changed this row: what others changed in the rest stays theirs."""
        return self.is_sent and _signature(self.typed) != self.opened and self.typed != self.now.details

    def differences(self, current: Now) -> list[tuple[str, str, str]]:
        """(whose what, stored now, typed) for the page that shows both."""
        pairs = zip(self.form, current.details, self.typed, strict=True)
        return [
            (f"{self.speaker.name}: {field.label.text}", _shown(now), _shown(typed))
            for field, now, typed in pairs
            if now != typed
        ]


def rows_of(forum: Forum, speakers: Sequence[Speaker]) -> list[SpeakerRow]:
    ids = [speaker.id for speaker in speakers]
    talks = queries.appearances_at(forum.id, ids)
    given, decided = publication_consents(ids), decided_among(ids)
    return [
        _row(
            speaker,
            talks.get(speaker.id, []),
            agreed=speaker.id in given,
            on_paper=speaker.id in given and given[speaker.id].on_paper,
            withdrawn=speaker.id in decided and speaker.id not in given,
        )
        for speaker in speakers
    ]


def _row(speaker: Speaker, talks: list[Appearance], *, agreed: bool, on_paper: bool, withdrawn: bool) -> SpeakerRow:
    last = talks[-1] if talks else None
    details = SpeakerDetails(
        speaker.name,
        last.position if last else speaker.position,
        last.organisation_name if last else "",
        speaker.email or "",
        agreed,
    )
    prefix = f"{speaker.code}-"
    sent = {} if f"{prefix}opened" in request.form else {"formdata": None}
    form = SpeakerForm(prefix=prefix, data=details._asdict(), **sent)
    return SpeakerRow(speaker, form, Now(details), talks, on_paper, withdrawn)


def _signature(details: SpeakerDetails) -> str:
    return blake2b(repr(tuple(details)).encode(), digest_size=9).hexdigest()


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
