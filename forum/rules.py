from __future__ import annotations

import re
from typing import NamedTuple

from forum.models import ForumStatus
from kernel.text import NBSP, clean

_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}\b)")
_DASH = re.compile(r"\s+[-–—]+\s+")

_BEFORE = {
    ForumStatus.draft: (ForumStatus.announced,),
    ForumStatus.announced: (ForumStatus.draft, ForumStatus.finished),
    ForumStatus.finished: (ForumStatus.announced,),
}
_OVER = {
    ForumStatus.draft: (ForumStatus.finished,),
    ForumStatus.announced: (ForumStatus.finished, ForumStatus.draft),
    ForumStatus.finished: (ForumStatus.draft,),
}


def moves(status: ForumStatus, over: bool) -> tuple[ForumStatus, ...]:
    """What an organiser may make of a forum in this state. `over`: its last day has passed."""
    return (_OVER if over else _BEFORE)[status]


class Named(NamedTuple):
    """Who holds a forum or helps it."""

    name: str
    url: str = ""


class Said(NamedTuple):
    """A figure in the organiser's own words: «более 2 500», «участников»."""

    value: str
    label: str


def named(text: str) -> list[Named]:
    """Names a line each, with the address of a site after a dash or without."""
    return [Named(_DASH.sub(" — ", name), url) for name, url in map(_name_and_url, _lines(text))]


def _name_and_url(line: str) -> tuple[str, str]:
    *name, last = _DASH.split(line)
    return (" — ".join(name), last) if name and last.startswith(("https://", "http://")) else (line, "")


def said(text: str) -> list[Said]:
    """Figures a line each; a line without a dash or without words after it is none."""
    parts = [_DASH.split(line, maxsplit=1) for line in _lines(text)]
    return [Said(_THOUSANDS.sub(NBSP, pair[0]), pair[1]) for pair in parts if len(pair) == 2 and all(pair)]


def lines_that_say_nothing(text: str) -> list[str]:
    """Lines of figures in which the number and its words are not told apart."""
    return [line for line in _lines(text) if not said(line)]


def _lines(text: str) -> list[str]:
    return [line for line in map(clean, text.splitlines()) if line]
