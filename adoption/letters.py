"""Letters of this feature."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from accounts.queries import user_by_id
from activity.outbox import Content
from adoption import queries
from adoption.cabinet import launches
from adoption.cabinet.desk import next_step
from adoption.labels import REFUSED_LABELS
from adoption.models import Adoption, Stage, StageStep
from adoption.rules import live_steps, refusal
from kernel.links import public_url
from kernel.text import inner


def _content(
    adoption_id: int, subject: Callable[[Adoption], str], template: str, reply: bool = False
) -> Content | None:
    adoption = queries.adoption_by_id(adoption_id)
    if adoption is None:
        return None
    secret = launches.link_path(adoption)
    step = live_steps(adoption.steps).get(Stage.launched)
    context = {
        "adoption": adoption,
        "starter": user_by_id(adoption.started_by_id).name if adoption.started_by_id else "",
        "question": launches.question(adoption),
        "confirm_link": public_url(secret) if secret else "",
        "mentor_link": public_url(f"/cabinet/launches/{adoption.code}"),
        "next_step": next_step(adoption),
        "launched": step,
        "shows": _shows(step) if step is not None else "",
        "link": public_url(f"/cabinet/adoptions/{adoption.code}"),
        "practice_link": public_url(f"/practices/{adoption.practice.slug}"),
    }
    refused = refusal(adoption.steps)
    who = refused.refused_as if refused is not None else None
    context |= {"refused": refused, "who": str(REFUSED_LABELS[who]) if who else ""}
    reply_to = adoption.contact_email if reply else None
    return Content(subject(adoption), f"adoption/letters/{template}", context, reply_to=reply_to)


def _shows(step: StageStep) -> str:
    """What shows a launch: the words, the link, the name of the file, which the page behind the button opens."""
    return ", ".join(part for part in (step.evidence, step.evidence_url, step.file.name if step.file else "") if part)


def author(adoption_id: int) -> Content | None:
    """To the author: an organisation asks for the practice; the answer goes straight to its contact."""

    def subject(adoption: Adoption) -> str:
        return str(_("Your practice is wanted: «%(practice)s»", practice=inner(adoption.practice.name)))

    return _content(adoption_id, subject, "author", reply=True)


def curator(adoption_id: int) -> Content | None:
    """To the region's curators: somebody takes a practice over."""

    def subject(adoption: Adoption) -> str:
        return str(_("A practice is being taken over: %(territory)s", territory=adoption.territory.name))

    return _content(adoption_id, subject, "curator")


def on_behalf(adoption_id: int) -> Content | None:
    """To the municipality's coordinators: somebody has begun on its behalf."""

    def subject(adoption: Adoption) -> str:
        return str(_("Begun on behalf of your municipality: «%(practice)s»", practice=inner(adoption.practice.name)))

    return _content(adoption_id, subject, "on_behalf")


def launched(adoption_id: int) -> Content | None:
    """To the author: somebody says that it works in one more place."""

    def subject(adoption: Adoption) -> str:
        return str(_("Launch reported: «%(practice)s»", practice=inner(adoption.practice.name)))

    return _content(adoption_id, subject, "launched")


def mentor(adoption_id: int) -> Content | None:
    """To those who helped: those you taught say that it works."""

    def subject(adoption: Adoption) -> str:
        return str(_("Please confirm a launch: %(territory)s", territory=adoption.territory.name))

    return _content(adoption_id, subject, "mentor")


def confirm(adoption_id: int) -> Content | None:
    """To the region's curators: a launch to look at."""

    def subject(adoption: Adoption) -> str:
        return str(_("Please confirm a launch: %(territory)s", territory=adoption.territory.name))

    return _content(adoption_id, subject, "confirm")


def refused(adoption_id: int) -> Content | None:
    """To the municipality: its launch was not confirmed, and why; nothing once it has been told of again."""
    adoption = queries.adoption_by_id(adoption_id)
    if adoption is None or refusal(adoption.steps) is None:
        return None

    def subject(adoption: Adoption) -> str:
        return str(_("The launch was not confirmed: «%(practice)s»", practice=inner(adoption.practice.name)))

    return _content(adoption_id, subject, "refused")
