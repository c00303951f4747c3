"""How registrations show themselves on the forum's pages."""

from __future__ import annotations

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from markupsafe import Markup

from forum.facts import Fact
from forum.models import Forum
from forum.queries import coming_forums, phase, quotas_of
from forum.readiness import Lack
from kernel.i18n import number
from kernel.permissions import Permission
from registrations import counts, queries
from registrations.details import questions_named
from registrations.signup.page import places_notes


def take_part(forum: Forum) -> Markup | str:
    """«Участвовать» with the places left, while registration is open; on the day first the way to one's own link.

    Plain links: the page is cached.
    """
    on, opened = phase(forum) == "during", queries.is_open(forum)
    if not on and not opened:
        return ""
    notes = places_notes(forum) if opened else {}
    return Markup(render_template("registrations/_take_part.html", forum=forum, notes=notes, on=on, opened=opened))


def without_password() -> Markup | str:
    """A participant who came to the page of passwords: their link is sent again, for each forum that is to come."""
    coming = coming_forums()
    return Markup(render_template("registrations/_without_password.html", forums=coming)) if coming else ""


def kept_of_a_participant() -> Markup:
    """What the page about personal data says of participants: every question is named there."""
    said = _(
        "Of a participant: name, e-mail, municipality, %(answers)s, chosen sections, the moment of entering; "
        "needed to give a place and a certificate.",
        answers=questions_named(),
    )
    return Markup("<li>{}</li>").format(said)


def participants(forum: Forum) -> Markup | str:
    """Before the day: sign-ups day by day and places left; on the day: who is here; the way to the list always."""
    if not current_user.scopes(Permission.VIEW_REGISTRATIONS):
        return ""
    now = phase(forum)
    figures = counts.figures(forum)
    return Markup(
        render_template(
            "registrations/manage/_panel.html",
            forum=forum,
            phase=now,
            figures=figures,
            quotas=[quota for quota in quotas_of(forum.id).values() if quota.capacity],
            days=counts.signups_by_day(forum) if now == "before" and figures.registered else [],
            door=counts.door_now(forum) if now == "during" else None,
            sections=counts.chosen_by_section(forum) if now == "during" else [],
        )
    )


def letters(forum: Forum) -> list[Lack]:
    """Letters to participants that could not be delivered."""
    addresses = counts.undelivered_to(forum)
    if not addresses:
        return []
    text = ngettext(
        "%(num)d letter to a participant was not delivered: %(to)s",
        "%(num)d letters to participants were not delivered: %(to)s",
        len(addresses),
        to=", ".join(addresses[:3]) + ("…" if addresses[3:] else ""),
    )
    return [Lack(text, url_for("registrations.participants", slug=forum.slug, q=addresses[0]))]


def waiting(forum: Forum) -> str:
    """How many are still on the waiting list: closing the forum leaves them without a place."""
    left = counts.figures(forum).waiting
    if not left:
        return ""
    return ngettext(
        "%(num)s person still waits for a place and will hear that there was none.",
        "%(num)s people still wait for a place and will hear that there was none.",
        left,
    )


def people(forum: Forum) -> list[Fact]:
    """Who registered and who came."""
    found = counts.figures(forum)
    facts = [
        Fact(
            number(found.registered),
            _("registered: a person is a name with an e-mail, cancelled ones left out"),
            _("people registered"),
        ),
        Fact(number(found.came), _("came in person: let in at the door, each once"), _("people who came in person")),
    ]
    places = counts.municipalities_of(forum)
    if places:
        named = ngettext(
            "municipality the registered people named as theirs",
            "municipalities the registered people named as theirs",
            places,
        )
        facts.append(Fact(number(places), named, _("municipalities the registered people come from")))
    return facts
