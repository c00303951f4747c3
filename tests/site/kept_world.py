"""A small world in which every kept page has something to show."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Flask
from werkzeug.routing import Rule

from accounts.models import User
from adoption.models import Adoption
from forum.models import Forum, Section
from kernel.transaction import writing
from practices.models import Practice
from practices.moderation import operations
from programme.models import Slot
from speakers.models import Speaker
from tests import factories


class KeptWorld(NamedTuple):
    forum: Forum
    section: Section
    slot: Slot
    speaker: Speaker
    practice: Practice
    adoption: Adoption
    coordinator: User

    def address(self, rule: Rule) -> str:
        """The page of this world at the rule."""
        known = {
            "slug": self.practice.slug if rule.endpoint.startswith("practices.") else self.forum.slug,
            "section_slug": self.section.slug,
            "code": self.speaker.code if rule.endpoint == "programme.speaker" else self.slot.code,
            "oktmo": factories.TAYSHET,
            "number": 2,
            "part": "matrix",
        }
        return str(rule.build({name: known[name] for name in rule.arguments})[1])  # type: ignore[index]


def kept_world() -> KeptWorld:
    """A published practice in its second edition, told of by somebody from Tayshet and taken there."""
    with writing():
        series = factories.series()
        forum = factories.forum(in_series=series)
        forum.programme_published = True
        practice = factories.practice()
        methodist = factories.methodist()
        for text in ("Первый текст.", "Второй текст."):
            operations.work_on(practice, {"effect": text}, by=methodist)
            operations.publish(practice, by=methodist)
        section = factories.section(forum)
        slot = factories.slot(section, "Домашний консультант", practice_id=practice.id)
        speaker = factories.speaker(series)
        factories.appearance(slot, speaker, territory_id=factories.territory(factories.TAYSHET).id)
        coordinator = factories.coordinator()
        adoption = factories.adoption(practice, by=coordinator)
    return KeptWorld(forum, section, slot, speaker, practice, adoption, coordinator)


def kept_rules(app: Flask) -> list[Rule]:
    """Every address whose page is kept."""
    return [rule for rule in app.url_map.iter_rules() if kept_by(app, rule) is not None]


def kept_by(app: Flask, rule: Rule) -> tuple[str, ...] | None:
    """The parameters that the page reads; None when it is not kept."""
    view: Any = app.view_functions[rule.endpoint]
    return getattr(view, "kept_by", None)
