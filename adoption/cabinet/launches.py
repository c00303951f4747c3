"""Who may confirm a launch, and the author's personal link to do it.

A launch is confirmed by somebody who did not report it: the practice's author, the mentor, or the region's curator.
"""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from adoption import queries, rules
from adoption.models import Adoption, Confirmer, Stage, StageStep
from kernel.access import SignedIn
from kernel.permissions import Permission
from kernel.secrets import NamedLink
from kernel.text import email_key

LAUNCH_LINK = NamedLink("launch", "/launch/{}-{}")
"""A launch moved back from and reached again is another step, so the old link dies with the old one."""


def waiting_step(adoption: Adoption) -> StageStep | None:
    """The launch that nobody has confirmed yet."""
    step = rules.live_steps(adoption.steps).get(Stage.launched)
    return step if step is not None and step.confirmed_at is None and adoption.exit is None else None


def asked_step(adoption: Adoption) -> StageStep | None:
    """The launch that is, was or will be confirmed: the one that stands, else the one just refused."""
    return rules.live_steps(adoption.steps).get(Stage.launched) or rules.refusal(adoption.steps)


class Proof(NamedTuple):
    """What whoever confirms a launch has to see."""

    step: StageStep
    told_by: str
    doubts: list[rules.Doubt]
    """What the launch shares with other stages."""


def proof(adoption: Adoption) -> Proof | None:
    """What shows the launch that is, was or will be confirmed."""
    step = asked_step(adoption)
    if step is None:
        return None
    shared = rules.shared(rules.shown(adoption.steps), [Stage.launched]) if step.withdrawn_at is None else []
    return Proof(step, step.user.name if step.user else "", shared)


def role_of(user: SignedIn, adoption: Adoption) -> Confirmer | None:
    """As whom `user` may confirm the launch that waits: nobody confirms their own, nor their municipality's."""
    step = waiting_step(adoption)
    if step is None or step.user_id == user.id or queries.may(user, adoption, Permission.EDIT_ADOPTIONS):
        return None
    if queries.may(user, adoption, Permission.CONFIRM_LAUNCHES):
        return Confirmer.curator
    if (
        adoption.mentor is not None
        and adoption.mentor.confirmed
        and queries.may(user, adoption.mentor, Permission.EDIT_ADOPTIONS)
    ):
        return Confirmer.mentor
    return None


def launch_for(user: SignedIn, code: str) -> tuple[Adoption, Confirmer]:
    """A launch that `user` may confirm, and as whom. Raises NotFound."""
    found = queries.adoption_by_code(code)
    role = role_of(user, found) if found is not None else None
    if found is None or role is None:
        raise NotFound()
    return found, role


def question(adoption: Adoption) -> str:
    """What is asked, in the practice's own words: its first unit."""
    unit = adoption.practice.first_unit
    if not unit:
        text: str = _("The first result has come. Is it so?")
    else:
        text = _("«%(unit)s». Is it so?", unit=unit[:1].upper() + unit[1:])
    return text


def link_path(adoption: Adoption) -> str | None:
    """The secret address where the author confirms; None when there is nothing to confirm or nobody from outside."""
    step = waiting_step(adoption)
    if step is None or not _author_is_outside(adoption, step):
        return None
    return LAUNCH_LINK.path(adoption.code, step.id)


def _author_is_outside(adoption: Adoption, step: StageStep) -> bool:
    author = email_key(adoption.practice.contact_email)
    reporters = {email_key(adoption.contact_email), email_key(step.user.email) if step.user else ""}
    return bool(author) and author not in reporters


def adoption_by_link(text: str) -> Adoption:
    """The adoption whose launch the author is asked about, or has answered about. Raises NotFound."""
    code, _dash, secret = text.partition("-")
    found = queries.adoption_by_code(code.upper())
    step = asked_step(found) if found is not None else None
    if found is None or step is None or not _author_is_outside(found, step):
        raise NotFound()
    if not LAUNCH_LINK.opens(found.code, step.id, secret):
        raise NotFound()
    return found
