"""What is measured. A case prepares what it needs (untimed), then is run again and again (timed)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import quote
from uuid import uuid4

from bench.world import COMING, PAST

MOVED = ("adoption:home", "adoption:25000000")
"""What goes on in the demo world's region."""


class Visitor(Protocol):
    """What a case needs of a client: over HTTP when timed, in this process when statements are counted."""

    def get(self, path: str, **headers: str) -> Reply: ...
    def post(self, path: str, fields: dict[str, str], **headers: str) -> Reply: ...
    def upload(self, path: str, fields: dict[str, str], name: str, file: tuple[str, bytes]) -> Reply: ...


class Reply(Protocol):
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def text(self) -> str: ...
    @property
    def token(self) -> str: ...


@dataclass(frozen=True)
class Case:
    name: str
    run: Callable[[Visitor], Reply]
    """One timed repetition; the last answer is returned."""
    before: Callable[[Visitor], object] = lambda _visitor: None
    """Untimed, before each repetition."""
    who: str = ""
    """E-mail of the account that signs in."""
    times: int = 200
    aim: float | None = None
    """Requests of the bare page."""
    seconds: float | None = None
    """An aim in seconds instead."""
    status: int = 200
    grows: bool = False
    """Whether it reads practices or adoptions: measured in the large worlds too."""


def page(path: str, status: int = 200) -> Callable[[Visitor], Reply]:
    return lambda visitor: visitor.get(path)


@dataclass
class Setting:
    """What cases are made from."""

    practice: str
    territory: str
    codes: Iterator[str]
    stale: Callable[..., None]
    change: Callable[[], None]
    """Change a practice of the catalogue."""


def cases(setting: Setting) -> list[Case]:
    return [
        *public_pages(setting),
        *catalogue(setting),
        registration(),
        *door(setting),
        *organiser(),
        *adviser(setting),
    ]


def public_pages(setting: Setting) -> list[Case]:
    programme = f"/forums/{PAST}/programme"

    def cold(_visitor: Visitor) -> None:
        setting.stale(f"forum:{PAST}")

    found = [
        Case("programme, cold", page(programme), cold, aim=15),
        Case("programme, warm", page(programme), aim=2),
        Case("programme, 304", _conditional(programme), aim=2, status=304),
        Case("programme, with our cookie", page(programme), _open_a_form, aim=2),
        Case("programme, signed in", page(programme), who="organiser@example.org", aim=6),
        Case("practice, signed in with a municipality", page(f"/practices/{setting.practice}"), who=COORDINATOR),
    ]
    for path in (f"{programme}.json", f"{programme}.ics"):
        name = path.rpartition("/")[2]
        found.append(Case(f"{name}, cold", page(path), cold, aim=15))
        found.append(Case(f"{name}, warm", page(path), aim=2))
    pages = {
        "front page": "/",
        "forum page": f"/forums/{COMING}/",
        "practices": "/practices/",
        "practice": f"/practices/{setting.practice}",
        "adoption": "/adoption/",
        "adoption: map of a state": "/adoption/?state=works&audience=large",
        "adoption: matrix grouped": "/adoption/?sort=name&group=audience&columns=size",
        "adoption: matrix turned": "/adoption/?turned=1&columns=remote",
        "adoption.json": "/adoption.json",
        "adoption: map.json": "/adoption/map.json",
        "adoption: matrix.json": "/adoption/matrix.json",
        "adoption: totals.json": "/adoption/totals.json",
        "territory": f"/territories/{setting.territory}",
        "region": "/territories/25000000",
        "territories": "/territories/",
        "territories: municipalities": "/territories/?level=municipality&page=2",
    }
    for name, path in pages.items():
        grows = not name.startswith("forum")
        found.append(Case(f"{name}, cold", page(path), lambda _visitor: setting.stale(*MOVED, "site"), grows=grows))
        found.append(Case(f"{name}, warm", page(path), aim=2))
    return found


COORDINATOR = "coordinator@example.org"


def _open_a_form(visitor: Visitor) -> None:
    """Whoever once looked at the sign-up carries a session."""
    if not visitor.cookies:  # type: ignore[attr-defined]
        visitor.get(f"/forums/{COMING}/registration")


def catalogue(setting: Setting) -> list[Case]:
    """The catalogue as it is used: chosen facets, words (never kept), a mistyped word, the last page, JSON."""

    def cold(_visitor: Visitor) -> None:
        setting.stale(*MOVED)  # the page is made anew; the sets of the catalogue stand

    def changed(_visitor: Visitor) -> None:
        setting.change()  # the sets follow the practice

    near = f"near={setting.territory}"
    asked = {
        "facets": "&".join(f"audience={group}" for group in ("all", "large", "svo", "hardship", "working")),
        "search for «семья»": f"q={quote('семья')}",
        "search for «семья ребёнок»": f"q={quote('семья ребёнок')}",
        "search with facets": f"q={quote('ранняя помощь')}&audience=disabled_child&sphere=social&size=small&{near}",
        "mistyped word": f"q={quote('симья')}",
        "by name": "sort=name",
    }
    found = [Case("catalogue: cold", page("/practices/"), cold)]
    found += [Case(f"catalogue: {name}", page(f"/practices/?{query}"), cold) for name, query in asked.items()]
    found.append(Case("catalogue: after a change", page("/practices/"), changed, times=50))
    found.append(Case("catalogue: JSON", page("/practices.json?audience=large"), cold))
    return [replace(case, grows=True) for case in found]


def _conditional(path: str) -> Callable[[Visitor], Reply]:
    known: dict[Visitor, str] = {}

    def run(visitor: Visitor) -> Reply:
        if visitor not in known:
            known[visitor] = visitor.get(path).headers["etag"]
        return visitor.get(path, If_None_Match=known[visitor])

    return run


def _letters(digits: str) -> str:
    """A patronymic of letters alone: a name with numbers is refused."""
    return digits.translate(str.maketrans("0123456789abcdef", "абвгдежзиклмнопр")).capitalize()


def filled(token: str) -> dict[str, str]:
    """The form of somebody nobody knows."""
    mark = uuid4().hex
    return {
        "csrf_token": token,
        "format": "in_person",
        "name": f"Измерова Анна {_letters(mark)}",
        "email": f"bench.{mark}@example.org",
        "territory": "25701000",
        "organisation": "Школа № 1",
        "position": "психолог",
        "consent_personal_data": "y",
    }


def registration() -> Case:
    """The form, sending it, and «Мой форум»: everything a participant waits for."""
    path = f"/forums/{COMING}/registration"

    def forget(visitor: Visitor) -> None:
        visitor.cookies.clear()  # type: ignore[attr-defined]

    def run(visitor: Visitor) -> Reply:
        answer = visitor.post(path, filled(visitor.get(path).token))
        assert answer.status == 303, f"registration answers {answer.status}"
        return visitor.get(_path(answer))

    return Case("registration, whole flow (3 requests)", run, forget, times=120, aim=25)


def door(setting: Setting) -> list[Case]:
    last: dict[str, str] = {}
    tokens: dict[Visitor, str] = {}

    def prepare(visitor: Visitor) -> None:
        if visitor not in tokens:
            tokens[visitor] = visitor.get(f"/door/{COMING}").token
        last["new"] = next(setting.codes)

    def scan(visitor: Visitor, code: str, expected: str) -> Reply:
        fields = {"code": code, "nonce": uuid4().hex, "mode": "record"}
        answer = visitor.post(f"/door/{COMING}/scans", fields, Accept="application/json", X_CSRFToken=tokens[visitor])
        assert f'"{expected}"' in answer.text, answer.text[:300]
        return answer

    def first(visitor: Visitor) -> Reply:
        last["known"] = last["new"]
        return scan(visitor, last["new"], "go")

    def again(visitor: Visitor) -> Reply:
        return scan(visitor, last["known"], "again")

    who = "door@example.org"
    return [
        Case("door: scan", first, prepare, who=who, aim=6),
        Case("door: the same again", again, prepare, who=who, times=100, aim=6),
    ]


def organiser() -> list[Case]:
    who, path = "organiser@example.org", f"/manage/forums/{PAST}/registrations"
    return [
        Case("list of 2,900, page 1", page(path), who=who, aim=10),
        Case("list of 2,900, search", page(f"{path}?q=%D0%B0%D0%BD%D0%BD%D0%B0"), who=who, aim=12),
        Case("list of 2,900, page 20", page(f"{path}?page=20&sort=name"), who=who, aim=10),
        Case("XLSX of 2,900", page(f"{path}.xlsx"), who=who, times=15, seconds=0.8),
        Case("CSV import of 500: plan and carry out", _bring_in, _new_list, who=who, times=5),
    ]


def adviser(setting: Setting) -> list[Case]:
    """What a curator opens on Monday; nothing of it is kept warm, but what is usual is kept until an adoption moves."""

    def moved(_visitor: Visitor) -> None:
        setting.stale(*MOVED)

    pages = {
        "the adviser's sheet": "/manage/adoption/sheet",
        "the adviser's sheet: all who stand, page 1": "/manage/adoption/standing",
        "a curator's first screen": "/work",
    }
    who = "curator@example.org"
    return [Case(name, page(path), moved, who=who, times=50, grows=True) for name, path in pages.items()]


_list: dict[str, bytes] = {}


def _new_list(_visitor: Visitor) -> None:
    """500 people nobody knows, as a CSV in Excel's manner."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(["ФИО", "Электронная почта", "Формат", "Муниципалитет", "Организация", "Должность"])
    for number in range(500):
        mark = uuid4().hex[:10]
        kind = "очно" if number % 4 == 0 else "дистанционно"
        writer.writerow([f"Списков Иван {mark}", f"list.{mark}@example.org", kind, "Иркутск", "Школа", "учитель"])
    _list["body"] = buffer.getvalue().encode("utf-8-sig")


def _bring_in(visitor: Visitor) -> Reply:
    """Upload (checked at once), preview, confirmation."""
    path = f"/manage/forums/{COMING}/registrations/import"
    fields = {"csrf_token": visitor.get(path).token, "consents": "y"}
    uploaded = visitor.upload(path, fields, "file", ("people.csv", _list["body"]))
    assert uploaded.status == 303, f"the upload answers {uploaded.status}"
    preview = _path(uploaded)
    done = visitor.post(preview, {"csrf_token": visitor.get(preview).token})
    assert done.status == 303, f"the confirmation answers {done.status}"
    return visitor.get(_path(done))


def _path(answer: Reply) -> str:
    from bench.client import path_of

    return path_of(answer)
