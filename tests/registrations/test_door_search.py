"""Finding a person at the door: by name, or by a code typed by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import event, select

from forum.models import Format
from kernel.db import db
from kernel.transaction import writing
from registrations import operations, queries
from registrations.desk import queries as desk_queries
from registrations.door import queries as door_queries
from registrations.door.codes import read_code, readings
from registrations.models import Inside, Registration
from registrations.own.tickets import code_of, qr_text, short_code
from tests.registrations.conftest import ANNA, enrol, text_of
from tests.registrations.door import PATH, count

pytestmark = [pytest.mark.usefixtures("noon_of_the_day"), pytest.mark.differs]


def test_typed_codes_forgive_hands(forum):
    person = enrol(forum)
    code = code_of(person.uuid, 1)
    for typed in (
        qr_text(person),
        code.lower(),
        f" {code[:13]} - {code[13:]} ",
        code.replace("O", "0").replace("I", "1"),
    ):
        assert (read_code(typed), readings(typed)) == (code, (code,))
    assert door_queries.code_in_force(forum.id, readings(short_code(person).lower())) == code


CASES = Path(__file__).parents[1] / "cases" / "08-door-codes.txt"


def test_a_code_through_a_scanner_or_a_russian_keyboard_is_read(app):
    """Each way stands after its colon; the code meant is named in the first line."""
    first, *lines = CASES.read_text(encoding="utf-8").splitlines()
    whole, short = re.findall(r"T1\.(\w+) \(короткий ([\w-]+)\)", first)[0]
    ways = [line.partition(": ")[2] for line in lines if ": " in line]
    assert len(ways) == 4
    for way in ways:
        assert {whole, short.replace("-", "")} & set(readings(way)), way


KEYS = str.maketrans("QWERTYUIOP[]ASDFGHJKL;'ZXCVBNM,.", "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ")
TWINS = str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ")


def test_a_ticket_is_found_whatever_a_scanner_or_a_keyboard_made_of_it(forum, volunteer):
    for index in range(4):  # codes are random: together they hold every letter
        person = enrol(forum, f"Номер {index}")
        whole, short = qr_text(person), short_code(person)
        for scanned in (f"]Q1{whole}", f"~{whole};\r\n", f"id={code_of(person.uuid, 1)}"):
            for typed in (scanned, scanned.lower(), russian := scanned.upper().translate(KEYS), russian.lower()):
                assert door_queries.code_in_force(forum.id, readings(typed)) == code_of(person.uuid, 1), typed
        for typed in (short.translate(KEYS), short.translate(TWINS).lower(), whole.translate(TWINS), f"№ {short}"):
            assert door_queries.code_in_force(forum.id, readings(typed)) == code_of(person.uuid, 1), typed
        page = volunteer.submit(PATH + "/scans", {"code": short.translate(KEYS), "typed": "1", "nonce": "a"}, page=PATH)
        assert 'data-verdict="go"' in text_of(page)


def test_a_typed_code_is_looked_up_outside_the_write_lock_by_its_key(forum, volunteer):
    person = enrol(forum)
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    token = volunteer.token(PATH)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for code in (short_code(person), "ABCD-EFGH"):
            volunteer.post(PATH + "/scans", data={"code": code, "typed": "1", "nonce": "a", "csrf_token": token})
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    by_key = [statement for statement in seen if "registration.short_hash IN" in statement]
    assert len(by_key) == 2
    assert sum("INSERT INTO attendance" in statement for statement in seen) == 1
    everybody = (
        "SELECT registration.uuid, registration.code_generation \nFROM registration \nWHERE registration.forum_id = ?"
    )
    assert not [statement for statement in seen if statement == everybody]


def test_surnames_stand_before_other_names_and_a_cut_list_says_so(forum, volunteer):
    for index in range(22):
        enrol(forum, f"Абрамов Иван {chr(1072 + index)}", f"a{index}@example.org")
    enrol(forum, "Иванова Яна Петровна", "ivanova@example.org")
    found = queries.by_name(forum, "иван")
    assert (found.people[0][0].name, len(found.people), found.total) == ("Иванова Яна Петровна", 20, 23)
    assert [person.name_key for person, _place, _entered in found.people[1:]] == sorted(
        person.name_key for person, _place, _entered in found.people[1:]
    )
    assert "Показаны первые 20 из 23: допишите имя" in text_of(volunteer.get(PATH + "?q=иван"))
    assert "Показаны первые" not in text_of(volunteer.get(PATH + "?q=иванова"))
    assert queries.by_name(forum, "--") == ([], 0)


@pytest.mark.parametrize(("typed", "sought"), [("Иванова", "Иванова"), ("Li-Ming", "Li-Ming"), ("ABCD-EFGH", "")])
def test_a_surname_typed_as_a_code_goes_along_to_the_search(forum, volunteer, typed, sought):
    page = text_of(volunteer.submit(PATH + "/scans", {"code": typed, "typed": "1", "nonce": "a"}, page=PATH))
    address, name = re.search(r'href="([^"]*)#name" data-door-search="([^"]*)"', page).groups()
    assert (name, "q=" in address) == (sought, bool(sought))


def test_a_mistyped_code_is_kept_and_explained(forum, volunteer):
    wrong = volunteer.submit(PATH + "/scans", {"code": "ABCD-EFGH", "typed": "1", "nonce": "a"}, page=PATH)
    page = text_of(wrong)
    assert "Нет билета с таким кодом. Код — 8 знаков под QR-кодом." in page
    assert "ярче" not in page
    assert page.count("Найти по фамилии") == 1
    assert f'href="{PATH}?code=ABCD-EFGH#code"' in page
    assert 'value="ABCD-EFGH"' in text_of(volunteer.get(PATH + "?code=ABCD-EFGH"))
    short = volunteer.submit(PATH + "/scans", {"code": "ABCD-E", "typed": "1", "nonce": "a"}, page=PATH)
    assert "не хватает 3 знаков" in text_of(short)


def test_an_old_typed_code_says_what_became_of_its_holder(forum, volunteer):
    moved, gone = enrol(forum), enrol(forum, "Другая Алла")
    codes = [short_code(moved), short_code(gone)]
    with writing():
        operations.change_format(moved, Format.remote)
        operations.change_format(gone, Format.remote)
        operations.cancel(gone)
    words = [
        text_of(volunteer.submit(PATH + "/scans", {"code": code, "typed": "1", "nonce": code}, page=PATH))
        for code in codes
    ]
    assert "Участвует дистанционно" in words[0]
    assert "Участие отменено" in words[1]


def test_search_finds_by_the_beginning_of_any_word(forum, volunteer):
    enrol(forum)
    enrol(forum, "Ёлкин Пётр Ильич")
    assert ANNA in text_of(volunteer.get(PATH + "?q=анн"))
    assert ANNA in text_of(volunteer.get(PATH + "?q=СЕР прим"))
    assert "Ёлкин" in text_of(volunteer.get(PATH + "?q=елк"))
    assert "Ёлкин" not in text_of(volunteer.get(PATH + "?q=лкин"))
    assert "хотя бы две буквы" in text_of(volunteer.get(PATH + "?q=а"))
    assert "Такого участника нет" in text_of(volunteer.get(PATH + "?q=%25нет"))


def test_one_tap_lets_in_who_was_found(forum, volunteer):
    person = enrol(forum)
    page = volunteer.submit(PATH + "/scans", {"registration": person.uuid, "nonce": "a"}, page=PATH + "?q=анн")
    assert "Вход" in text_of(page)
    assert count(Inside) == 1
    unknown = volunteer.submit(PATH + "/scans", {"registration": "nobody", "nonce": "a"}, page=PATH)
    assert "Билет не найден" in text_of(unknown)


def test_letters_that_look_alike_are_found_in_either_spelling(forum, volunteer):
    enrol(forum, "Пример\u006fв Олег", "\u0430nna@example.org")
    enrol(forum, "Примеров Пётр", "anna@example.org")
    for typed in ("Примеров", "Пример\u006fв"):
        assert queries.by_name(forum, typed).total == 2
        assert len(listed(forum, typed)) == 2
    for typed in ("anna@example.org", "\u0430nna@example.org", "\u0430nn\u0430"):
        assert len(listed(forum, typed)) == 2


def listed(forum, q):
    total, held = desk_queries.matched(forum, desk_queries.Narrowing(q=q), 2)
    return db.session.scalars(select(Registration.id).where(*held)).all()
