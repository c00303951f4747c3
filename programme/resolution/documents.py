"""The draft of a forum's resolution: what is known is written, what people must decide stands in brackets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from forum.facts import Fact
from forum.models import Forum, Section
from forum.queries import local_today
from kernel.documents.word import literal
from kernel.i18n import day, day_range, number
from kernel.links import public_url
from kernel.text import DASH, quoted
from practices.models import Practice
from practices.queries import Spread
from programme.models import Slot


def draft(forum: Forum, facts: Sequence[Fact], talks: Sequence[Slot], spread: dict[int, Spread]) -> str:
    """Markdown for `kernel.documents.word`: facts, a part for each section, proposals, the practices shown.

    `talks`: those not cancelled, by time; `spread`: by practice. No speaker is named.
    """
    shown = practices_of(talks)
    today = day(local_today(forum))
    made = _("Drafted from the records of the site on %(day)s. The organiser fills what stands in brackets.", day=today)
    invented = " " + _("Demonstration data.") if forum.demo else ""
    parts = [
        "# " + _("Draft resolution"),
        "**" + _("RESOLUTION") + "**",
        f"**{literal(forum.name)}**",
        f"{day_range(forum.date_start, forum.date_end)}, {literal(forum.place)}",
        f"({made}{invented})",
        *_facts(facts),
        *(line for section, told in by_section(talks) for line in _section(section, told)),
        *_proposals(len(shown)),
        *_appendix(shown, spread),
    ]
    return "\n\n".join(parts)


def practices_of(talks: Iterable[Slot]) -> list[Practice]:
    """The practices shown, by name, each once."""
    found = {talk.practice.id: talk.practice for talk in talks if talk.practice is not None}
    return sorted(found.values(), key=lambda practice: practice.name_key)


def by_section(talks: Iterable[Slot]) -> list[tuple[Section, list[Slot]]]:
    """The forum's sections in their order, with what was told in each."""
    found: dict[int, tuple[Section, list[Slot]]] = {}
    for talk in talks:
        found.setdefault(talk.section_id, (talk.section, []))[1].append(talk)
    return sorted(found.values(), key=lambda one: (one[0].position, one[0].id))


def _facts(facts: Sequence[Fact]) -> list[str]:
    if not facts:
        return []
    lines = [f"- {literal(fact.counted)}{DASH}{literal(fact.value)}" for fact in facts]
    return ["## " + _("What took place"), *(line + ";" for line in lines[:-1]), lines[-1] + "."]


def _section(section: Section, talks: Sequence[Slot]) -> list[str]:
    speakers = {appearance.speaker_id for talk in talks for appearance in talk.appearances}
    told = ngettext("%(num)d talk", "%(num)d talks", len(talks))
    people = ngettext("%(num)d speaker", "%(num)d speakers", len(speakers))
    places = sorted({
        appearance.territory.name for talk in talks for appearance in talk.appearances if appearance.territory
    })  # fmt: skip
    lines = [f"## {literal(section.name)}", f"{told}, {people}." if speakers else f"{told}."]
    if places:
        lines.append(_("Experience of these territories was shown: %(places)s.", places=literal(", ".join(places))))
    if practices := practices_of(talks):
        lines.append(_("Practices shown: %(names)s.", names=_names(practices)))
    lines.append(_("[What the section showed and what is worth taking over: two or three sentences of the moderator]."))
    return lines


def _names(practices: Sequence[Practice]) -> str:
    return literal(", ".join(quoted(one.name) for one in practices))


def _proposals(practices: int) -> list[str]:
    return [
        "## " + _("The participants of the forum propose"),
        "1. " + ngettext(
            "[To whom: municipalities] To weigh the %(num)d practice of the forum (see the appendix), to take it over "
            "where it fits, and to name the organisation that will do it. [By when]",
            "[To whom: municipalities] To weigh the %(num)d practices of the forum (see the appendix), to take over "
            "one to three that fit, and to name the organisation that will do each. [By when]",
            practices,
        ),
        "2. " + _(
            "[To whom: authors of practices] To complete the pages of their practices by what those who take over ask "
            "first: the cost, the people, the time to start, the first result. [By when]"
        ),
        "3. " + _(
            "[To whom: the organiser] To publish the resolution, and to show each quarter where each practice of the "
            "forum works. [By when]"
        ),
        "4. " + _("[What else was proposed: to whom, what, by when]"),
    ]  # fmt: skip


def _appendix(practices: Sequence[Practice], spread: dict[int, Spread]) -> list[str]:
    if not practices:
        return []
    head = ("№", _("Practice"), _("Author"), _("Territory"), _("Works in, territories"))
    parts = [
        "---",
        "## " + _("Appendix. Practices of the forum"),
        _("Descriptions of the practices, sample documents and where each works: %(address)s.", address=_catalogue()),
    ]
    rows = [_row(*head), _row(*["---"] * len(head))]
    for place, practice in enumerate(practices, start=1):
        owner = literal(practice.organisation.title) if practice.organisation else "–"
        works = len(spread[practice.id].works)
        rows.append(
            _row(str(place), _named(practice), owner, literal(practice.territory.name), number(works) if works else "–")
        )
    return [*parts, "\n".join(rows)]


def _catalogue() -> str:
    address = public_url("/practices/")
    return f"[{address}]({address})"


def _named(practice: Practice) -> str:
    """A link only where the page may be read."""
    name = literal(quoted(practice.name))
    return f"[{name}]({public_url('/practices/' + practice.slug)})" if practice.is_public else name


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
