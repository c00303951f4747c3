from __future__ import annotations

import io

import pytest
import wtforms
from werkzeug.datastructures import MultiDict

from kernel.forms import ChecksField, Form, LineField, WholeField, required, telephone
from kernel.text import dial, whole_number
from kernel.transaction import writing
from tests import factories

FORUM = "/manage/forums/prosemyu-2027"
TOO_MUCH = "9" * 400


@pytest.fixture
def admin(app, sign_in):
    with writing():
        factories.forum()
        person = factories.administrator()
    return sign_in(person)


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("0", 0), ("²", None), ("١", None), ("-1", None), ("9" * 5000, None), (3, 3), ("", None)],
)
def test_a_whole_number_is_written_in_plain_digits(text, number):
    assert whole_number(text) == number


def test_a_file_in_a_text_field_is_no_text(client):
    fields = {"email": (io.BytesIO(b"PK"), "a.xlsx")}
    answer = client.submit("/password-reset", fields, content_type="multipart/form-data")
    assert answer.status_code == 422


@pytest.mark.parametrize("text", [TOO_MUCH, "9" * 5000, "9" * 12, "-1", "²", "1e9", "١٢", "1_000"])
def test_a_number_no_database_holds_is_explained_at_the_field(admin, text):
    answer = admin.submit(f"{FORUM}/rooms", {"name": "Зал", "seats": text}, page=f"{FORUM}/places")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("typed", "number"), [("1\u00a0200", 1200), ("1 200", 1200), ("7", 7), ("", None), ("١٢", None)]
)
def test_thousands_may_be_set_apart(app, typed, number):
    class Seats(wtforms.Form):
        seats = WholeField()

    with app.test_request_context():
        assert Seats(MultiDict({"seats": typed})).seats.data == number


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (LineField("Имя", [required]), "Заполните это поле."),
        (ChecksField("Для кого", [required], choices=[("a", "А")]), "Отметьте хотя бы один вариант."),
        (wtforms.RadioField("Как?", [required], choices=[("a", "А")]), "Выберите один вариант."),
        (wtforms.SelectField("Откуда", [required], choices=[("", "—"), ("a", "А")]), "Выберите из списка."),
    ],
)
def test_what_is_missing_is_said_in_the_words_of_the_field(app, field, said):
    class Asked(wtforms.Form):
        one = field

    with app.test_request_context():
        empty, filled = Asked(MultiDict({"one": ""} if "Откуда" in field.args else {})), Asked(MultiDict({"one": "a"}))
        assert (empty.validate(), empty.errors) == (False, {"one": [said]})
        assert filled.validate()


@pytest.mark.parametrize("text", ["sNaN", "NaN", "Infinity", "1e400"])
def test_not_a_number_is_explained_at_the_field(admin, text):
    assert admin.submit("/manage/practices/new", {"staff": text}).status_code == 422


def test_a_form_without_its_version_hears_of_the_conflict(admin):
    values = {"name": "Ряд", "territory": str(factories.territory().id)}
    token = admin.token("/manage/series/prosemyu/edit")
    answer = admin.post("/manage/series/prosemyu/edit", data={"csrf_token": token, **values})
    assert answer.status_code == 409


@pytest.mark.parametrize("text", ["9" * 20, "9" * 5000, "²", "-1"])
def test_a_filter_by_a_number_that_cannot_be_is_no_filter(admin, text):
    assert admin.get(f"{FORUM}/registrations?section={text}").status_code == 200
    assert admin.get(f"{FORUM}/registrations.csv?section={text}").status_code == 200


def test_a_number_no_database_holds_is_no_address(admin):
    assert admin.get(f"{FORUM}/venues/{'9' * 20}").status_code == 404
    assert admin.get(f"/dev/mail/{'9' * 20}").status_code == 404


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("8 (395) 200-00-00, доб. 12", "+73952000000"),
        ("+7 395 200 00 00", "+73952000000"),
        ("8-39563-2-00-00", "+73956320000"),
        ("2-00-00 вн. 5", "20000"),
        ("+49 30 1234567 ext. 8", "+49301234567"),
    ],
)
def test_a_telephone_and_what_it_is_to_dial(app, typed, number):
    assert dial(typed) == number
    with app.test_request_context():
        assert Ringing(data={"number": typed}, meta={"csrf": False}).validate()


@pytest.mark.parametrize("typed", ["12", "позвоните", "olga@example.org", "1" * 16, "<b>12345</b>", "200 звонить 00"])
def test_what_cannot_be_rung(app, typed):
    with app.test_request_context():
        assert not Ringing(data={"number": typed}, meta={"csrf": False}).validate()


class Ringing(Form):
    number = LineField("Number", [telephone])
