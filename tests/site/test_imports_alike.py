"""Whatever is brought in from a file, the two pages speak and act alike."""

from __future__ import annotations

import io
import re

import pytest

from kernel.transaction import writing
from tests import factories
from tests.site.malformed_files import boundaries, territories

FORUM = "/manage/forums/prosemyu-2027"
PROGRAMME = "Дата;Начало;Окончание;Секция;Название\n22.04.2027;{};10:15;Общая;Доклад\n"
PEOPLE = "ФИО;Электронная почта\nПримерова Анна;{}\n"
PRACTICES = "Название;Территория\nКлуб;{}\n"
WAYS = {
    "programme": (f"{FORUM}/programme/import", {}, PROGRAMME.format("10:00"), PROGRAMME.format("полдень")),
    "people": (
        f"{FORUM}/registrations/import",
        {"consents": "y"},
        PEOPLE.format("a@example.org"),
        PEOPLE.format("нет"),
    ),
    "practices": ("/manage/practices/import", {}, PRACTICES.format("Тулун"), PRACTICES.format("Атлантида")),
    "territories": (
        "/manage/territories/import",
        {"region": ""},
        territories.table(territories.line()),
        territories.table(territories.line(code="семь")),
    ),
    "boundaries": (
        "/manage/territories/boundaries",
        {"credit": "© Проверка"},
        boundaries.collection(boundaries.feature()),
        boundaries.collection(boundaries.feature("", name="")),
    ),
}
ALL = pytest.mark.parametrize("name", WAYS)


@pytest.fixture
def chief(app, sign_in):
    with writing():
        factories.forum()
        person = factories.administrator()
    return sign_in(person)


def said(client, path):
    """The heading, the buttons and the whole text of a page's main part."""
    page = client.get(path).get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    main = page[page.index("<main") : page.index("</main>")]
    buttons = re.findall(r'class="button[^"]*"[^>]*>(?:<svg.*?</svg>)?<span>(.*?)</span>', main, re.DOTALL)
    return re.search(r"<h1>(.*?)</h1>", main)[1], buttons, main


def choose(client, name, body):
    page, fields, *_bodies = WAYS[name]
    body = body if isinstance(body, bytes) else body.encode()
    file = (io.BytesIO(body), "f.geojson" if name == "boundaries" else "f.csv")
    answer = client.submit(page, {"file": file, **fields}, content_type="multipart/form-data")
    assert answer.status_code in (302, 303)
    return answer.location


@ALL
def test_a_file_is_chosen_by_the_same_words(chief, name):
    heading, buttons, page = said(chief, WAYS[name][0])
    assert heading.startswith("Загрузить ")
    assert buttons == (["Скачать шаблон"] if name != "boundaries" else []) + ["Посмотреть, что будет"]
    assert "без вашего подтверждения ничего не изменится." in page


@ALL
def test_a_good_file_is_shown_loaded_once_and_said_to_be_loaded(chief, name):
    preview = choose(chief, name, WAYS[name][2])
    heading, buttons, page = said(chief, preview)
    load = "Загрузить без писем" if name == "people" else "Загрузить"
    assert (heading, buttons) == ("Что произойдёт", [load, "Выбрать другой файл"])
    assert "будет добавлено" in page
    assert f'href="{preview}{"&amp;" if "?" in preview else "?"}only=' in page
    confirmation = re.search(r'<form method="post" action="([^"]+)"', page)[1].replace("&amp;", "&")
    token = chief.token(preview)
    assert "Готово. Добавлено: " in said(chief, chief.post(confirmation, data={"csrf_token": token}).location)[2]
    again = said(chief, chief.post(confirmation, data={"csrf_token": token}).location)[2]
    assert "Этот файл уже загружен." in again
    _heading, buttons, page = said(chief, preview)
    assert buttons == ["Выбрать другой файл"]
    assert "Этот файл уже загружен." in page


@ALL
def test_a_file_with_errors_leads_to_another_file(chief, name):
    _heading, buttons, page = said(chief, choose(chief, name, WAYS[name][3]))
    assert buttons == ["Скачать эти строки, чтобы исправить", "Выбрать другой файл"]
    assert "1 строка с ошибкой" in page
    assert "<span>ошибка</span>" in page
