from __future__ import annotations

from collections.abc import Collection

from accounts.enums import ConsentKind
from accounts.models import ConsentText
from accounts.operations import give_consent, load_consent_texts
from accounts.queries import consent_text
from activity.operations import record
from forum.models import Forum
from kernel.access import Actor
from kernel.db import db, utcnow
from kernel.text import clean, email_key
from speakers.models import Speaker
from speakers.queries import decided_among, identity_taken, publication_consents


def edit_profile(speaker: Speaker, *, position: str, biography: str, by: Actor | None) -> bool:
    """Change what the speaker says of themselves. False when nothing changes."""
    values = {"position": clean(position), "biography": biography.strip()}
    changed = [name for name, value in values.items() if getattr(speaker, name) != value]
    for name in changed:
        setattr(speaker, name, values[name])
    if changed:
        db.session.flush()
        record(by, "speaker.changed", speaker, fields=changed)
    return bool(changed)


def consent(speaker: Speaker, text: ConsentText, *, address: str, by: Actor | None, on_paper: bool = False) -> None:
    """Keep the consent to publish; the name is shown again. Given twice, it is kept once."""
    if not publication_consents([speaker.id]):
        give_consent(text.id, "speaker", speaker.id, address=address, on_paper=on_paper)
        record(by, "speaker.consented", speaker)
    speaker.hidden = False
    db.session.flush()


def consent_on_paper(speakers: Collection[Speaker], forum: Forum, *, by: Actor | None) -> list[Speaker]:
    """Keep that those who have not decided yet signed the consent for the forum's organiser; gives them back.

    Whoever withdrew a consent stays hidden: only they, or a new paper of theirs, take that back.
    """
    known = decided_among(speaker.id for speaker in speakers)
    waiting = [speaker for speaker in speakers if speaker.id not in known]
    if not waiting:
        return []
    text_id = _paper_text().id
    for speaker in waiting:
        give_consent(text_id, "speaker", speaker.id, address="", on_paper=True)
        speaker.hidden = False
    db.session.flush()
    record(by, "speaker.consented_on_paper", forum, number=len(waiting))
    return waiting


def agree_on_paper(speaker: Speaker, *, by: Actor | None) -> None:
    """The speaker signed the consent on paper, be it after a withdrawal."""
    consent(speaker, _paper_text(), address="", by=by, on_paper=True)


def _paper_text() -> ConsentText:
    """The wording in force that people sign; those an installation begins with, should it have none."""
    text = consent_text(ConsentKind.publication, "ru")
    if text is None:
        load_consent_texts()
        text = consent_text(ConsentKind.publication, "ru")
    assert text is not None
    return text


def withdraw_consent(speaker: Speaker, *, by: Actor | None) -> None:
    """Withdraw the consent, kept as withdrawn, and take the name off every public page."""
    for given in publication_consents([speaker.id]).values():
        given.withdrawn_at = utcnow()
    if not speaker.hidden:
        speaker.hidden = True
        record(by, "speaker.withdrew", speaker)
    db.session.flush()


class NameTaken(ValueError):
    """Another speaker of the series is called so."""


def rename(speaker: Speaker, name: str, key: str, *, by: Actor | None) -> None:
    """`key`: the person's in the series, see `Speaker.identity_key`. Lock the series first. Raises NameTaken."""
    if speaker.name == name:
        return
    if speaker.identity_key != key and identity_taken(speaker.series_id, key):
        raise NameTaken
    speaker.name, speaker.identity_key = name, key
    db.session.flush()
    record(by, "speaker.changed", speaker, fields=["name"])


def set_email(speaker: Speaker, email: str, *, by: Actor | None) -> None:
    """Say whose profile it is: whoever signs in with this address sees and edits it."""
    value = email_key(email) or None
    if speaker.email != value:
        speaker.email = value
        speaker.user_id = None
        db.session.flush()
        record(by, "speaker.changed", speaker, fields=["email"])
