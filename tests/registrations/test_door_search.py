"""Finding a person at the door: by name, or by a code typed by hand."""

from __future__ import annotations

import pytest

from forum.models import Format
from kernel.transaction import writing
from registrations import attendance, operations, queries
from registrations.models import Presence
from registrations.tickets import code_token, qr_text, read_code, short_code
from tests.registrations.conftest import ANNA, enrol, text_of
from tests.registrations.door import PATH, count

pytestmark = pytest.mark.usefixtures("noon_of_the_day")


def test_typed_codes_forgive_hands(forum):
    person = enrol(forum)
    code = code_token(person)
    for typed in (
        qr_text(person),
        code.lower(),
        f" {code[:13]} - {code[13:]} ",
        code.replace("O", "0").replace("I", "1"),
    ):
        assert read_code(typed) == code
    assert attendance.code_by_start(forum.id, read_code(short_code(person).lower())) == code


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
    assert count(Presence) == 1
    unknown = volunteer.submit(PATH + "/scans", {"registration": "nobody", "nonce": "a"}, page=PATH)
    assert "Билет не найден" in text_of(unknown)
