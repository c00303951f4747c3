"""Whatever people are called, a document says it as it is: no mark of its own, no link, no second record, no refusal."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from email import message_from_bytes, policy
from xml.etree import ElementTree

import docx
import html5lib
import pytest
import python_calamine
from icalendar import Calendar
from sqlalchemy import String, select

from activity.models import Letter
from activity.outbox import compose
from forum.documents import summary_data
from forum.facts import facts
from forum.models import Forum
from kernel import pages
from kernel.db import Model, db
from kernel.documents import pdf, sheets
from kernel.documents.word import to_docx
from kernel.i18n import speaking
from kernel.text import one_line, printable, quoted
from kernel.transaction import writing
from practices.questions.models import PracticeQuestion
from programme.documents import thanks_data
from programme.models import Slot
from programme.queries import spoke_at
from registrations.desk import exports as registration_exports
from registrations.desk.queries import Narrowing
from registrations.models import Registration
from registrations.own import documents
from registrations.own.exports import personal_calendar
from tests import factories
from tests.client import PageClient
from tests.registrations.conftest import enrol

pytestmark = pytest.mark.differs

EVIL = "https://evil.example"
NAMES = (
    "Центр А | Центр Б || В |",
    f"[нажмите]({EVIL}/a) ![x]({EVIL}) <{EVIL}>",
    "**ФОРУМ** *наклон* _низ_ ~нет~ `код`",
    "ФОРУМ СЕМЕЙ 2027",
    "# Раздел",
    '## #import "/x.typ": * #panic(1) $x$ @ref <метка> // вот /* так */ \\ ~',
    "---",
    "1. Пункт; второй, третий: \\, \\; \\n",
    "- Пункт",
    "(в скобках)",
    "=1+1",
    "@SUM(A1)",
    "-1'\"",
    "</script><script>alert(1)</script><!-- ]]> &amp; &lt;b&gt; {{ 7*7 }} {% x %} %s %(name)s ${x}",
    "Имя\r\nBcc: all@evil.example\r\n\r\nТело",
    "Имя\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:x",
    "Имя\rВозврат\x0bтаб\tстраница\x0cразделы\u2028абзац\u2029конец\x85",
    "Упр\x01авл\x1fяю\x7fщие\ufffe и \u202eнаоборот\u202c \ue000\ue001 _x0041_",
    "Мария 👩‍👩‍👧 Žižka 王小明 محمد",
    "Ы" * 255,
)


def ordinary(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def told(text: str) -> str:
    """Without spaces: where a long subject is folded, the library that unfolds it loses one."""
    return "".join(text.split())


@dataclass(frozen=True)
class Named:
    """One thing of each kind that has a name."""

    forum: Forum
    slot: Slot
    person: Registration
    things: tuple[Model, ...]
    organiser: PageClient


@pytest.fixture
def named(app, sign_in) -> Named:
    with writing():
        series = factories.series()
        forum = factories.forum(in_series=series)
        room = factories.room(forum)
        section = factories.section(forum, room_id=room.id)
        organisation = factories.organisation()
        practice = factories.practice(organisation_id=organisation.id)
        slot = factories.slot(section, practice_id=practice.id)
        speaker = factories.speaker(series)
        factories.appearance(slot, speaker)
        question = PracticeQuestion(practice_id=practice.id, name="Анна", email="anna@example.org", text="Как?")
        db.session.add(question)
        organiser = factories.organiser(series)
    person = enrol(forum, "Примерова Анна")
    with writing():
        letter = Letter(kind="practice_question", to="author@example.org", argument={"question_id": question.id})
        db.session.add(letter)
    things = (forum, room, room.venue, section, organisation, practice, slot, speaker, person, question)
    return Named(forum=forum, slot=slot, person=person, things=things, organiser=sign_in(organiser))


TITLES = {"name", "title", "place", "address", "organisation", "text", "position"}


@pytest.fixture
def call(named):
    """`call(text)` gives everything in the named that name, past every form."""

    def change(text: str) -> None:
        with writing():
            for thing in named.things:
                columns = type(thing).__table__.columns
                for name in TITLES.intersection(columns.keys()):
                    if isinstance(columns[name].type, String):  # "position" is a number elsewhere
                        setattr(thing, name, text[: columns[name].type.length])
        db.session.expire_all()

    return change


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_the_resolution(named, call, name):
    call(name)
    answer = named.organiser.get("/manage/forums/prosemyu-2027/resolution.docx")
    assert answer.status_code == 200
    made = docx.Document(io.BytesIO(answer.data))
    assert [one.text for one in made.paragraphs if one.style.name == "Heading 1"] == ["РЕЗОЛЮЦИЯ"]
    headings = [ordinary(one.text) for one in made.paragraphs if one.style.name == "Heading 2"]
    assert headings[1] == ordinary(one_line(name))
    assert len(headings) == 4
    [table] = made.tables
    row = [cell.text for cell in table.rows[1].cells]
    assert [ordinary(text) for text in row[1:3]] == [ordinary(one_line(quoted(name))), ordinary(one_line(name))]
    links = [link for paragraph in made.paragraphs for link in paragraph.hyperlinks]
    links += [link for cells in table.rows for cell in cells.cells for link in cell.paragraphs[0].hyperlinks]
    assert {link.address.split("/practices/")[0] for link in links} == {"https://forum.example.org"}


def test_pdf_by_typst(named, call):
    forum, person = named.forum, named.person
    for name in NAMES:
        call(name)
        with speaking("ru"):
            made = [
                documents.ticket_pdf(person, name, [name, name]),
                pdf.render("thanks", thanks_data(forum, spoke_at(forum.id))),
                pdf.render("summary", summary_data(forum, facts(forum))),
            ]
            picture = ElementTree.fromstring(documents.ticket_svg(person))
        assert [body[:5] for body in made] == [b"%PDF-"] * 3
        assert picture.tag == "{http://www.w3.org/2000/svg}svg"


def test_calendars(named, call, client):
    for name in NAMES:
        call(name)
        pages.forget()
        with speaking("ru"):
            own = personal_calendar(named.person)
        public = client.get("/forums/prosemyu-2027/programme.ics").data
        for body, place in ((own, "name"), (public, "title")):
            feed = Calendar.from_ical(body)
            [event] = feed.walk("VEVENT")
            assert event["summary"] == one_line(name), place
            assert feed["x-wr-calname"] == one_line(name)
            assert all(len(line) <= 75 for line in body.split(b"\r\n"))
            assert not any(sign in body.decode() for sign in "\x01\x0b\x0c\x7f\u202e\x85\u2028")


def test_what_search_engines_read(named, call, client):
    client.checking = False
    for name in NAMES:
        call(name)
        pages.forget()
        for path, kind in (("/", "name"), (f"/talks/{named.slot.code}", "title")):
            page = html5lib.parse(client.get(f"/forums/prosemyu-2027{path}").get_data(), namespaceHTMLElements=False)
            scripts = [one for one in page.iter("script") if not one.get("src")]
            assert [one.get("type") for one in scripts] == ["application/ld+json"], kind
            assert json.loads(scripts[0].text)["name"] == name
        told = client.get("/forums/prosemyu-2027/programme.json").json
        assert told["schedule"]["conference"]["title"] == name


def test_tables(named, call):
    forum = named.forum
    for name in NAMES:
        call(name)
        with speaking("ru"):
            book = python_calamine.load_workbook(io.BytesIO(registration_exports.xlsx(forum, Narrowing())))
            lines = registration_exports.csv(forum, Narrowing()).decode("utf-8-sig")
        expected = sheets.harmless(printable(name))
        row = dict(zip(*book.get_sheet_by_index(0).to_python()[:2], strict=True))
        assert row["Фамилия, имя, отчество"] == expected
        head, *rows = csv.reader(io.StringIO(lines, newline=""), delimiter=";")
        assert [dict(zip(head, one, strict=True))["Организация"] for one in rows] == [expected]


def test_a_cell_holds_no_more_than_a_cell_can_and_a_sheet_is_called_as_sheets_may_be(app):
    body = sheets.xlsx("'A/B: [Ы]?*" + "я" * 40, [sheets.Column("К")], [["Ы" * 40_000]], ["=1+1", "z" * 40_000])
    book = python_calamine.load_workbook(io.BytesIO(body))
    assert book.sheet_names[0] == ("A B   Ы" + "   " + "я" * 40)[:30].strip()
    [cell] = book.get_sheet_by_index(0).to_python()[1]
    assert cell == "Ы" * 32_766 + "…"
    assert book.get_sheet_by_index(1).to_python()[0] == ["'=1+1"]


def test_letters(named, call):
    for name in NAMES:
        call(name)
        for letter in db.session.scalars(select(Letter)).all():
            message = message_from_bytes(bytes(compose(letter)), policy=policy.default)
            assert message["Bcc"] is None
            assert told(one_line(name))[:60] in told(message["Subject"])
            assert message["To"] == letter.to
            text = message.get_body(("plain",)).get_content()
            assert not any(sign in text for sign in "\x01\x0b\x0c\x7f\u202e\x85\u2028")
            if letter.kind == "practice_question":
                own = [line for line in text.splitlines() if not line.startswith(">")]
                assert not [line for line in own if line in ("Тело", "END:VEVENT")]


def test_a_paper_of_ours_keeps_its_marks_and_a_ragged_table_is_no_refusal():
    body = to_docx(
        "# Приказ\n\n| a | b |\n| --- | --- |\n| в |\n| г | д |\n\nСм. [сюда](https://example.org) и **так**.",
        "Приказ\x01",
    )
    made = docx.Document(io.BytesIO(body))
    assert [[cell.text for cell in row.cells] for row in made.tables[0].rows] == [
        ["a", "b"],
        ["в", ""],
        ["г", "д"],
    ]
    assert [link.address for one in made.paragraphs for link in one.hyperlinks] == ["https://example.org"]
    assert made.core_properties.title == "Приказ"
