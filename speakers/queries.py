from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from accounts.enums import ConsentKind
from accounts.models import Consent, ConsentText
from kernel.access import SignedIn
from kernel.db import db
from kernel.text import email_key, sort_key
from speakers.models import Speaker


def own_speakers(user: SignedIn) -> list[Speaker]:
    """The user as a speaker, in each series: linked, or named by the organiser with the user's e-mail."""
    statement = select(Speaker).where(or_(Speaker.user_id == user.id, Speaker.email == email_key(user.email)))
    return list(db.session.scalars(statement.options(joinedload(Speaker.series)).order_by(Speaker.id)))


def own_speaker(user: SignedIn, code: str) -> Speaker:
    """The user's own profile. Raises NotFound."""
    for speaker in own_speakers(user):
        if speaker.code == code:
            return speaker
    raise NotFound()


def publication_consents(speaker_ids: Iterable[int]) -> dict[int, Consent]:
    """Consents to publish that are in force, by speaker."""
    statement = (
        select(Consent)
        .join(ConsentText, ConsentText.id == Consent.text_id)
        .where(
            ConsentText.kind == ConsentKind.publication,
            Consent.subject_type == "speaker",
            Consent.subject_id.in_(list(speaker_ids)),
            Consent.withdrawn_at.is_(None),
        )
    )
    return {consent.subject_id: consent for consent in db.session.scalars(statement.order_by(Consent.id))}


def identity_taken(series_id: int, key: str) -> bool:
    statement = select(Speaker.id).where(Speaker.series_id == series_id, Speaker.identity_key == key)
    return db.session.scalar(statement) is not None


def decided_statement() -> Select[int]:
    """Ids of speakers who have answered whether the name may be published, with yes or by withdrawing it since."""
    return (
        select(Consent.subject_id)
        .join(ConsentText, ConsentText.id == Consent.text_id)
        .where(ConsentText.kind == ConsentKind.publication, Consent.subject_type == "speaker")
    )


def decided_among(speaker_ids: Iterable[int]) -> set[int]:
    """Those of the speakers who are `decided`."""
    return set(db.session.scalars(decided_statement().where(Consent.subject_id.in_(list(speaker_ids)))))


def speakers_named(name: str) -> list[Speaker]:
    """Speakers of exactly this name, in every series (the demo world)."""
    return list(db.session.scalars(select(Speaker).where(Speaker.name_key == sort_key(name)).order_by(Speaker.id)))
