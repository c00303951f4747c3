from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from accounts.models import Consent
from activity.models import Letter
from forum.models import Format
from kernel.db import db
from kernel.documents.sheets import Column, xlsx
from kernel.files import FileRefused
from kernel.i18n import speaking
from kernel.imports import Verdict
from kernel.transaction import writing
from registrations import operations, queries
from registrations.desk import importer
from registrations.desk import operations as desk_operations
from registrations.models import Registration, RegistrationStatus
from registrations.own.tickets import link_path
from tests import factories
from tests.client import PageClient
from tests.registrations.conftest import ANNA, enrol, set_capacity, text_of
from tests.soon import soon

HEAD = ("ФИО", "Электронная почта", "Формат участия", "Муниципалитет", "Организация", "Должность", "Секции")
PATH = "/manage/forums/prosemyu-2027/registrations/import"


def book(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> tuple[str, bytes]:
    return "list.xlsx", xlsx("Список", [Column(title) for title in head], rows)


def bring(forum, source, letters=False):
    plan = importer.plan(forum, source)
    with writing():
        desk_operations.carry_out(plan, forum, None, letters)
    return plan


def people(forum) -> list[Registration]:
    db.session.rollback()
    return list(db.session.scalars(select(Registration).order_by(Registration.id)))


def test_a_list_comes_in_and_again_without_doubles(forum):
    source = book(
        (ANNA, "Anna@Example.org", "очно", "Тайшетский", "Центр", "психолог", "Ранняя помощь"),
        ("Примеров Пётр Ильич", "anna@example.org", "дистанционно", "г. Иркутск", "", "", ""),
    )
    assert bring(forum, source).summary() == "created 2, changed 0, skipped 0, errors 0"
    assert bring(forum, source).summary() == "created 0, changed 0, skipped 2, errors 0"
    first, second = people(forum)
    assert (first.email, first.format, first.territory.oktmo) == (
        "anna@example.org",
        Format.in_person,
        factories.TAYSHET,
    )
    assert [interest.section.name for interest in first.interests] == ["Ранняя помощь"]
    assert (second.format, second.source) == (Format.remote, "import")
    assert [queries.quota(forum.id, format).taken for format in Format] == [1, 1]
    assert db.session.scalar(select(func.count()).select_from(Consent).where(Consent.on_paper)) == 2


def test_tickets_of_imported_people_work(forum, client):
    bring(forum, book((ANNA, "anna@example.org", "", "", "", "", "")))
    assert ANNA in text_of(client.get(link_path(people(forum)[0])))


def test_each_row_hears_its_verdict(forum):
    known = enrol(forum)
    gone = enrol(forum, "Ушедшая Ева")
    with writing():
        operations.cancel(gone)
    plan = importer.plan(
        forum,
        book(
            (ANNA, "anna@example.org", "", "", "Новая школа", "", ""),
            ("Ушедшая Ева", "anna@example.org", "", "", "", "", ""),
            ("Новая Алла", "alla@", "", "", "", "", ""),
            ("Новая Алла", f"{'x' * 245}@example.org", "", "", "", "", ""),
            ("Новая", "alla@example.org", "", "", "", "", ""),
            ("Новая Алла", "alla@example.org", "летая", "", "", "", ""),
            ("Новая Ада", "ada@example.org", "", "Тайшецкий", "", "", ""),
            ("Новая Алла", "alla@example.org", "", "Тулун", "", "", "Нет такой"),
            ("новая  алла", "ALLA@example.org", "", "Тулун", "", "", ""),
        ),
    )
    assert [row.verdict for row in plan.rows] == [
        Verdict.change,
        Verdict.same,
        Verdict.error,
        Verdict.error,
        Verdict.create,
        Verdict.error,
        Verdict.create,
        Verdict.create,
        Verdict.same,
    ]
    assert known.organisation in plan.rows[0].messages[0] or "Новая школа" in plan.rows[0].messages[0]
    assert "Тайшетский" in plan.rows[6].doubts[0]
    assert [row.number for row in plan.doubtful] == [6, 8]
    assert "Нет такой" in plan.rows[7].warnings[0]
    assert "9" in plan.rows[8].warnings[0]


def test_places_end_in_an_import_too(forum):
    set_capacity(forum, 2)
    enrol(forum)
    bring(forum, book(*[(f"Человек Номер{i}", f"p{i}@example.org", "", "", "", "", "") for i in range(4)]))
    assert [(person.status.value, person.waiting_number) for person in people(forum)[1:]] == [
        ("confirmed", None),
        ("waitlisted", 1),
        ("waitlisted", 2),
        ("waitlisted", 3),
    ]
    quota = queries.quota(forum.id, Format.in_person)
    assert (quota.taken, quota.waiting) == (2, 3)


def test_a_change_of_format_goes_by_the_rules(forum):
    set_capacity(forum, 1)
    person, waiting = enrol(forum), enrol(forum, "Другая Алла")
    bring(forum, book((ANNA, "anna@example.org", "дистанционно", "", "", "", "")))
    db.session.rollback()
    assert (person.format, person.code_generation) == (Format.remote, 2)
    assert waiting.status is RegistrationStatus.confirmed


def test_names_may_stand_in_three_columns(forum):
    head = ("Фамилия", "Имя", "Отчество", "E-mail")
    bring(forum, book(("Примерова", "Анна", "Сергеевна", "a@example.org"), head=head))
    assert [person.name for person in people(forum)] == [ANNA]


def test_letters_when_asked_for(forum):
    bring(forum, book((ANNA, "anna@example.org", "", "", "", "", "")), letters=True)
    assert [letter.to for letter in db.session.scalars(select(Letter))] == ["anna@example.org"]


def test_csv_of_the_old_kind(forum):
    body = f"ФИО;E-mail;Формат\r\n{ANNA};anna@example.org;очно\r\n".encode("cp1251")
    assert bring(forum, ("list.csv", body)).summary() == "created 1, changed 0, skipped 0, errors 0"


def test_thousands_in_seconds(forum):
    set_capacity(forum, 800)
    rows = [
        (f"Человек Номер{i} Пробович", f"p{i}@example.org", "" if i % 3 else "дистанционно", "Тулун", "", "", "")
        for i in range(2900)
    ]
    source = book(*rows)
    with soon():
        bring(forum, source)
        assert db.session.scalar(select(func.count()).select_from(Registration)) == 2900


@pytest.fixture
def organiser(forum, sign_in):
    with writing():
        person = factories.organiser(forum.series)
    return sign_in(person)


def test_the_browser_shows_before_it_does(organiser, forum):
    name, body = book((ANNA, "anna@example.org", "", "", "", "", ""), ("Новая", "", "", "", "", "", ""))
    upload = {"file": (io.BytesIO(body), name), "consents": "y", "letters": "y"}
    response = organiser.submit(PATH, upload)
    assert response.status_code == 303
    page = text_of(organiser.get(response.location))
    assert "Загрузить и отправить письма" in page
    assert "Имя из одного слова." in page
    assert people(forum) == []
    organiser.submit(response.location, {"letters": "1"})
    assert [person.name for person in people(forum)] == [ANNA]
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 1
    told = "Добавлено: 1, изменено: 0, без изменений: 0. 1 строка с ошибкой не загружена."
    assert told in text_of(organiser.get("/manage/forums/prosemyu-2027/registrations"))
    page = text_of(organiser.get(response.location))
    assert "1 строка с ошибкой" in page  # it waits here
    assert "Загрузить и отправить письма" not in page


def test_a_file_of_errors_alone_is_not_called_one_without_news(organiser):
    name, body = book(("Иванова Анна", "не адрес", "", "", "", "", ""))
    address = organiser.submit(PATH, {"file": (io.BytesIO(body), name), "consents": "y"}).location
    page = text_of(organiser.get(address))
    assert "Строки с ошибками не загрузятся." in page
    assert "загружать нечего" not in page
    assert "Загрузить без писем" not in page


def test_a_confirmation_pressed_twice_is_carried_out_once(app, organiser, forum):
    rows = [(f"Человек Номер{i}", f"p{i}@example.org", "", "", "", "", "") for i in range(300)]
    name, body = book(*rows)
    address = organiser.submit(PATH, {"file": (io.BytesIO(body), name), "consents": "y", "letters": "y"}).location
    fields = {"csrf_token": organiser.token(address), "letters": "1"}
    cookie = organiser.get_cookie("tirazh").value

    def press(_number: int) -> int:
        with app.app_context():
            client = PageClient(app)
            client.set_cookie("tirazh", cookie)
            return client.post(address, data=fields).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(press, range(4))) == [303] * 4
    assert len(people(forum)) == 300
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 300


def test_two_people_load_one_list_at_once(app, organiser, forum, sign_in):
    name, body = book(*[(f"Человек Номер{i}", f"p{i}@example.org", "", "", "", "", "") for i in range(60)])
    with writing():
        others = [factories.organiser(forum.series) for _number in range(2)]
    pressed = []
    for client in (organiser, *map(sign_in, others)):
        address = client.submit(PATH, {"file": (io.BytesIO(body), name), "consents": "y"}).location
        pressed.append((address, client.token(address), client.get_cookie("tirazh").value))

    def press(what: tuple[str, str, str]) -> int:
        address, token, cookie = what
        with app.app_context():
            client = PageClient(app)
            client.set_cookie("tirazh", cookie)
            return client.post(address, data={"csrf_token": token}).status_code

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(press, pressed)) == [303] * 3
    assert len(people(forum)) == 60


def test_people_who_came_in_after_the_preview_are_seen(organiser, forum):
    name, body = book((ANNA, "anna@example.org", "", "", "Новая школа", "", ""))
    address = organiser.submit(PATH, {"file": (io.BytesIO(body), name), "consents": "y"}).location
    token = organiser.token(address)
    enrol(forum)
    assert organiser.post(address, data={"csrf_token": token}).status_code == 303
    assert [person.organisation for person in people(forum)] == ["Новая школа"]


def test_a_file_that_is_no_list_is_refused_with_a_sentence(organiser):
    for name, body in (("a.xlsx", b"nothing"), ("a.csv", b"a;b\r\n1;2"), ("a.docx", b"PK"), ("a.csv", b"")):
        response = organiser.submit(PATH, {"file": (io.BytesIO(body), name), "consents": "y"})
        assert response.status_code == 422, name
        assert 'class="error"' in text_of(response)
    assert organiser.submit(PATH, {"consents": "y"}).status_code == 422
    assert organiser.submit(PATH, {"file": (io.BytesIO(b"x"), "a.xlsx")}).status_code == 422


def test_a_preview_is_its_owners_alone(organiser, forum, sign_in):
    name, body = book((ANNA, "anna@example.org", "", "", "", "", ""))
    address = organiser.submit(PATH, {"file": (io.BytesIO(body), name), "consents": "y"}).location
    with writing():
        colleague = factories.organiser(forum.series)
    assert sign_in(colleague).get(address).status_code == 404


def test_the_template_is_read_by_the_importer(organiser, forum):
    body = organiser.get(PATH + "/template.xlsx").data
    with speaking("ru"), pytest.raises(FileRefused, match="только заголовки"):
        importer.plan(forum, ("t.xlsx", body))


def test_the_command(app, forum, tmp_path: Path):
    from registrations.cli import import_registrations

    name, body = book((ANNA, "anna@example.org", "", "", "", "", ""), ("Сухарто", "n@example.org", "", "", "", "", ""))
    path = tmp_path / name
    path.write_bytes(body)
    runner = app.test_cli_runner()
    preview = runner.invoke(import_registrations, [str(path), "--forum", forum.slug])
    assert (preview.exit_code, preview.output.splitlines()[-1]) == (0, "created 1, changed 0, skipped 1, errors 0")
    assert people(forum) == []
    runner.invoke(import_registrations, [str(path), "--forum", "prosemyu-2027", "--yes"])
    assert [person.name for person in people(forum)] == [ANNA]
    runner.invoke(import_registrations, [str(path), "--forum", "prosemyu-2027", "--yes", "--doubts"])
    assert [person.name for person in people(forum)] == [ANNA, "Сухарто"]
    assert runner.invoke(import_registrations, [str(path), "--forum", "nothing"]).exit_code == 1


def test_look_alikes_of_a_list_are_asked_about_in_the_preview(forum):
    cases = Path(__file__).parents[1] / "cases"

    def warnings(name):
        rows = importer.plan(forum, (name, (cases / name).read_bytes())).rows
        return [[said for said in row.warnings if "алфавита" in said] for row in rows]

    assert warnings("06-idn-letters.csv") == [[], []]
    assert warnings("07-cyrillic-letters-in-latin-address.csv") == [
        ["Буквы другого алфавита: \u0430. Возможно, нужно: anna@example.org?"],
        ["Буквы другого алфавита: \u0435, \u0445. Возможно, нужно: ivan@example.org?"],
    ]
