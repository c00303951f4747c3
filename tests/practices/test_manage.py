from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from accounts.enums import Role, ScopeKind
from activity.models import Entry
from kernel.db import db
from kernel.documents.qr import png
from kernel.documents.sheets import Column, read_table, xlsx
from kernel.files import FileRefused, check_archive
from kernel.i18n import speaking
from kernel.transaction import writing
from practices import operations
from practices.cells import PRACTICE_HEADINGS
from practices.facts import facts as read_facts
from practices.models import Admission, Practice, PracticeEdition, TargetGroup
from practices.moderation import operations as moderation
from practices.moderation.rules import Incomplete
from tests import factories
from tests.kernel.workbooks import office

CARD = {
    "name": "Школа отцов",
    "effect": "Отцы занимаются с детьми каждый день.",
    "groups": ["fathers"],
    "what_is_done": "Занятия по субботам.",
    "who_does_it": "Дом культуры.",
    "what_is_needed": "Зал и ведущий.",
    "contact_email": "author@example.org",
    "territory": factories.TAYSHET,
    "sphere": "culture",
}


@pytest.fixture
def editor(app, sign_in):
    with writing():
        person = factories.organiser(factories.series())
    return sign_in(person)


@pytest.fixture
def practice(app):
    with writing():
        made = factories.practice(slug="konsultant", territory_id=factories.territory(factories.TAYSHET).id)
    return made


def filled(page, **changes):
    """The fields of the edit form as the page holds them, with changes."""
    import html5lib

    x = "{http://www.w3.org/1999/xhtml}"
    document = html5lib.parse(page.get_data(as_text=True))
    form = next(f for f in document.iter(f"{x}form") if any(i.get("name") == "effect" for i in f.iter()))
    data = {}
    for field in form.iter():
        name, tag = field.get("name"), str(field.tag).removeprefix(x)
        if not name or tag == "button":
            continue
        if tag == "textarea":
            data[name] = field.text or ""
        elif tag == "select":
            chosen = [option.get("value") for option in field.iter(f"{x}option") if option.get("selected") is not None]
            data[name] = chosen[0] if chosen else ""
        elif field.get("type") == "checkbox":
            if field.get("checked") is not None:
                data.setdefault(name, []).append(field.get("value"))
        else:
            data[name] = field.get("value") or ""
    return data | changes


def publish(client, address, **fields):
    """Publish as a page of the passport opened now would."""
    page = client.get(address).get_data(as_text=True)
    found = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert found, f"no version at {address}"
    data = {"csrf_token": client.token(address), "version": found[1]} | fields
    return client.post(f"{address}/publication", data=data)


def test_from_an_empty_form_to_the_catalogue(editor, client):
    answer = editor.submit("/manage/practices/new", CARD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/manage/practices/shkola-ottsov")
    assert client.get("/practices/shkola-ottsov").status_code == 404
    assert "Школа отцов" in editor.get("/manage/practices/shkola-ottsov/preview").get_data(as_text=True)
    publish(editor, "/manage/practices/shkola-ottsov")
    assert "Школа отцов" in client.get("/practices/shkola-ottsov").get_data(as_text=True)
    assert client.get("/practices.json?q=отцам").json["total"] == 1


def test_a_card_with_mistakes_comes_back_with_what_was_typed(editor):
    answer = editor.submit("/manage/practices/new", CARD | {"name": "", "cost_year": "много", "contact_email": "нет"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Занятия по субботам." in page
    assert page.count('class="error"') == 3
    assert db.session.scalars(select(Practice)).all() == []


def test_a_draft_may_lack_anything_but_cannot_be_published(editor, client):
    editor.submit("/manage/practices/new", {"name": "Клуб", "territory": factories.TAYSHET, "sphere": "social"})
    address = "/manage/practices/klub"
    page = editor.get(address).get_data(as_text=True)
    assert "В карточке пусты 6 полей" in page.replace("\u00a0", " ")
    assert "/publication" not in page
    publish(editor, address)
    assert client.get("/practices/klub").status_code == 404


def test_the_passport_is_read_from_lines(editor, practice):
    page = editor.get("/manage/practices/konsultant")
    data = filled(
        page, steps="ядро | Первый\nВторой", risks="Риск → Ответ", people="от автора | Супервизор", staff="2.5"
    )
    editor.post("/manage/practices/konsultant", data=data)
    db.session.expire_all()
    assert practice.steps == []
    publish(editor, "/manage/practices/konsultant")
    db.session.expire_all()
    assert practice.working is None
    assert practice.steps == [{"text": "Первый", "core": True}, {"text": "Второй", "core": False}]
    assert practice.risks == [{"risk": "Риск", "mitigation": "Ответ"}]
    assert practice.resources == [{"kind": "people", "need": "author", "text": "Супервизор"}]
    assert practice.staff == 2.5


def numbers():
    return db.session.scalars(select(PracticeEdition.number).order_by(PracticeEdition.number)).all()


def test_readers_see_a_change_only_after_publication(editor, practice, client):
    address = "/manage/practices/konsultant"
    editor.post(address, data=filled(editor.get(address), effect="Иначе."))
    assert "Иначе." not in client.get("/practices/konsultant").get_data(as_text=True)
    assert "Иначе." in editor.get(f"{address}/preview").get_data(as_text=True)
    assert '<span class="sr">стало: </span>Иначе</ins>' in editor.get(f"{address}/changes").get_data(as_text=True)
    assert numbers() == []
    publish(editor, address)
    assert "Иначе." in client.get("/practices/konsultant").get_data(as_text=True)
    assert numbers() == [1]


def test_only_a_changed_text_makes_an_edition(editor, practice):
    address = "/manage/practices/konsultant"
    for changes, expected in (
        ({"effect": "Иначе."}, [1]),
        ({"effect": "Ещё иначе."}, [1, 2]),
        ({"contact_email": "other@example.org"}, [1, 2]),
    ):
        editor.post(address, data=filled(editor.get(address), **changes))
        publish(editor, address)
        assert numbers() == expected
    editor.post(address, data=filled(editor.get(address)))
    db.session.expire_all()
    assert practice.working is None
    publish(editor, address)
    assert numbers() == [1, 2]


def test_a_change_taken_back_leaves_nothing_to_publish(editor, practice):
    address = "/manage/practices/konsultant"
    before = filled(editor.get(address))
    editor.post(address, data=filled(editor.get(address), effect="Иначе."))
    editor.post(address, data=before | {"version": filled(editor.get(address))["version"]})
    db.session.expire_all()
    assert practice.working is None


def test_unpublished_changes_can_be_thrown_away(editor, practice):
    address = "/manage/practices/konsultant"
    editor.post(address, data=filled(editor.get(address), effect="Иначе."))
    editor.submit(f"{address}/changes/removal", page=f"{address}/changes")
    db.session.expire_all()
    assert (practice.working, practice.effect) == (None, "Специалист приходит домой и учит родителей.")


def test_autosave_keeps_what_is_right_and_names_what_is_not(editor, practice, client):
    address = "/manage/practices/konsultant"
    data = filled(editor.get(address), effect="Печатаю дальше", cost_year="много", name="")
    answer = editor.post(f"{address}/autosave", data=data)
    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["wrong"], told["message"]) == (
        2,
        "Сохранено в 12:00, кроме полей: Название практики, Затраты в\u00a0год, ₽",
    )
    db.session.expire_all()
    assert practice.working == {"effect": "Печатаю дальше"}
    assert told["version"] == practice.version
    again = editor.post(f"{address}/autosave", data=data | {"version": told["version"], "effect": "Печатаю дальше."})
    assert again.get_json()["version"] == told["version"] + 1
    assert editor.post(f"{address}/autosave", data=data).status_code == 409
    actions = db.session.scalars(select(Entry.action).where(Entry.subject_type == "practice")).all()
    assert actions.count("practice.worked_on") == 1


def test_a_passport_saved_twice_is_no_conflict(editor, practice):
    address = "/manage/practices/konsultant"
    typed = filled(editor.get(address), goal="Цель.")
    for told in ("Сохранено 1 поле", "Всё введённое сохранено"):
        assert editor.post(address, data=typed).status_code == 302
        page = editor.get(address).get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
        assert told in page, told


def test_autosave_tells_where_the_passport_stands_now(editor, practice):
    """What was missing is filled in: the deeds that were closed are there without opening the page again."""
    with writing():
        factories.author(practice)
        practice.sphere = None
    address = "/manage/practices/konsultant"
    page = editor.get(address)
    assert "Попросить автора подтвердить" not in page.get_data(as_text=True)
    assert "До публикации заполните: «Сфера»" in page.get_data(as_text=True).replace("\xa0", " ")
    told = editor.post(f"{address}/autosave", data=filled(page, sphere="social")).get_json()
    assert f'action="{address}/confirmation"' in told["part"]
    assert "Попросить автора подтвердить" in told["part"]
    assert "заполните" not in told["part"]


def test_two_editors_lose_nothing(editor, practice):
    mine = filled(editor.get("/manage/practices/konsultant"), effect="Моя правка.")
    theirs = filled(editor.get("/manage/practices/konsultant"), effect="Их правка.")
    assert editor.post("/manage/practices/konsultant", data=theirs).status_code == 302
    answer = editor.post("/manage/practices/konsultant", data=mine)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Моя правка." in page
    assert "Их правка." in page
    db.session.expire_all()
    assert practice.working == {"effect": "Их правка."}


def test_archive_wants_a_reason(editor, practice):
    address = "/manage/practices/konsultant"
    assert editor.submit(f"{address}/archive", {"reason": ""}, page=address).status_code == 422
    assert editor.submit(f"{address}/archive", {"reason": "Автор закрыл службу"}, page=address).status_code == 302
    db.session.expire_all()
    assert practice.admission is Admission.archived
    assert "Автор закрыл службу" in editor.get(address).get_data(as_text=True)


def test_a_document_is_checked_attached_and_taken_away(editor, practice):
    address = "/manage/practices/konsultant"
    bad = {"title": "Приказ", "kind": "order", "file": (io.BytesIO(b"MZ"), "order.docx")}
    assert editor.submit(f"{address}/documents", bad, page=address).status_code == 422
    good = {"title": "Приказ", "kind": "order", "file": (io.BytesIO(b"%PDF-1.7 text"), "order.pdf")}
    assert editor.submit(f"{address}/documents", good, page=address).status_code == 302
    db.session.expire_all()
    [sample] = practice.next_documents
    own = editor.get(f"{address}/documents/{sample.id}")
    assert (own.data, own.headers["Cache-Control"]) == (b"%PDF-1.7 text", "private, no-store")
    editor.submit(f"{address}/documents/{sample.id}/removal", page=address)
    db.session.expire_all()
    assert practice.samples == []


@pytest.mark.parametrize(("kind", "name"), [("presentation", "slides.pptx"), ("picture", "photo.png")])
def test_slides_and_pictures_are_materials_and_no_samples_to_fill_in(editor, practice, client, kind, name):
    address = "/manage/practices/konsultant"
    body = office("ppt/presentation.xml") if kind == "presentation" else png("https://example.org/")
    form = {"title": "Показ", "kind": kind, "file": (io.BytesIO(body), name)}
    assert editor.submit(f"{address}/documents", form, page=address).status_code == 302
    db.session.expire_all()
    with writing():
        operations.publish_documents(practice)
    page = client.get("/practices/konsultant").get_data(as_text=True)
    link = re.search(r'href="(/practices/konsultant/documents/\d+)"', page)[1]
    answer = client.get(link)
    assert answer.data == body
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert ("Скачать презентацию" in page, "Скачать изображение" in page) == (kind == "presentation", kind == "picture")
    assert not read_facts([practice.id])[practice.id].documents


def test_the_list_is_searched_filtered_and_exported(editor, practice):
    with writing():
        factories.practice("Летняя бригада", groups=[TargetGroup.teens], admission=Admission.draft)
    assert "Летняя бригада" in editor.get("/manage/practices?admission=draft").get_data(as_text=True)
    page = editor.get("/manage/practices?q=консультант").get_data(as_text=True)
    assert "Домашний консультант" in page
    assert "Летняя бригада" not in page
    body = editor.get("/manage/practices.xlsx").data
    check_archive(body, "xl/workbook.xml")
    rows = read_table("p.xlsx", body, PRACTICE_HEADINGS, ("name", "territory")).rows
    assert [row["name"] for _number, row in rows] == ["Домашний консультант", "Летняя бригада"]


def test_a_table_is_previewed_and_imported_once(editor):
    body = xlsx("t", [Column("Название"), Column("Муниципалитет")], [("Клуб", "Братск"), ("Школа", "Тулун")])
    answer = editor.submit("/manage/practices/import", {"file": (io.BytesIO(body), "table.xlsx")})
    preview = answer.headers["Location"]
    assert "будет добавлен" in editor.get(preview).get_data(as_text=True)
    assert db.session.scalars(select(Practice)).all() == []
    editor.submit(f"{preview}/confirmation", page=preview)
    assert db.session.scalars(select(Practice.name).order_by(Practice.name)).all() == ["Клуб", "Школа"]
    assert "Этот файл уже загружен" in editor.get(preview).get_data(as_text=True)


def test_a_table_with_errors_is_not_imported(editor):
    body = "Название;Муниципалитет\nКлуб;Атлантида\n".encode()
    preview = editor.submit("/manage/practices/import", {"file": (io.BytesIO(body), "t.csv")}).headers["Location"]
    assert "Муниципалитета «Атлантида» нет" in editor.get(preview).get_data(as_text=True)
    token = editor.token("/manage/practices/import")
    editor.post(f"{preview}/confirmation", data={"csrf_token": token})
    assert db.session.scalars(select(Practice)).all() == []


def test_a_file_that_is_no_table_is_refused(editor):
    answer = editor.submit("/manage/practices/import", {"file": (io.BytesIO(b"hello"), "t.csv")})
    assert answer.status_code == 422
    assert editor.submit("/manage/practices/import", {}).status_code == 422


def test_the_template_is_read_by_the_importer(editor):
    body = editor.get("/manage/practices/import/template.xlsx").data
    with speaking("ru"), pytest.raises(FileRefused, match="только заголовки"):
        read_table("t.xlsx", body, PRACTICE_HEADINGS, ("name", "territory"))


def test_strangers_see_nothing(practice, sign_in, client):
    with writing():
        outsider = factories.user()
        elsewhere = factories.give(
            factories.user(), Role.organiser, ScopeKind.territory, factories.territory(factories.TULUN).id
        )
    assert client.get("/manage/practices").status_code == 302
    for path in (
        "/manage/practices",
        "/manage/practices/new",
        "/manage/practices/konsultant",
        "/manage/practices.xlsx",
    ):
        assert sign_in(outsider).get(path).status_code == 404
    stranger = sign_in(elsewhere)
    assert "Домашний консультант" not in stranger.get("/manage/practices").get_data(as_text=True)
    for path in ("", "/preview", "/documents/1"):
        assert stranger.get(f"/manage/practices/konsultant{path}").status_code == 404
    token = stranger.token("/manage/practices/new")
    for path in (
        "",
        "/autosave",
        "/author",
        "/author/letter",
        "/author/revocation",
        "/review",
        "/review-date",
        "/comments/1/resolution",
        "/confirmation",
        "/changes/removal",
        "/publication",
        "/draft",
        "/archive",
        "/documents",
        "/documents/1/removal",
        "/documents/1/return",
    ):
        assert stranger.post(f"/manage/practices/konsultant{path}", data={"csrf_token": token}).status_code == 404


def test_a_methodist_writes_but_does_not_publish(practice, sign_in):
    with writing():
        methodist = factories.give(factories.user(), Role.methodist)
    client = sign_in(methodist)
    token = client.token("/manage/practices/konsultant")
    for deed in ("draft", "publication", "archive"):
        assert client.post(f"/manage/practices/konsultant/{deed}", data={"csrf_token": token}).status_code == 404
    assert client.get("/manage/practices/konsultant/publication").status_code in (404, 405)


def test_what_was_done_is_written_down_without_personal_values(editor, practice):
    data = filled(editor.get("/manage/practices/konsultant"), contact_name="Иванова Мария", effect="Иначе.")
    editor.post("/manage/practices/konsultant", data=data)
    entry = db.session.scalars(select(Entry).where(Entry.action == "practice.changed")).one()
    assert entry.details == {"fields": ["effect", "contact_name"]}


def test_nobody_is_given_a_sphere_they_did_not_choose(editor, client):
    page = editor.get("/manage/practices/new").get_data(as_text=True)
    chosen = page.split('name="sphere"')[1].split("</select>")[0]
    assert '<option value="">выберите</option>' in chosen
    assert "selected" not in chosen
    assert editor.submit("/manage/practices/new", CARD | {"sphere": ""}).status_code == 302
    here = "/manage/practices/shkola-ottsov"
    page = editor.get(here).get_data(as_text=True).replace("\u00a0", " ")
    assert "До публикации заполните: «Сфера»." in page
    assert "/publication" not in page
    made = db.session.scalars(select(Practice)).one()
    assert made.sphere is None
    with writing():
        operations.publish_practice(made, by=None)
    found = client.get("/practices.json").json
    assert (found["total"], found["practices"][0]["sphere"], found["counts"]["sphere"]) == (1, None, {})
    assert client.get("/practices/shkola-ottsov").status_code == 200


def test_the_sphere_is_asked_for_at_publication(editor, client):
    editor.submit("/manage/practices/new", CARD | {"sphere": ""})
    made = db.session.scalars(select(Practice)).one()
    with pytest.raises(Incomplete) as lack, writing():
        moderation.publish(made, by=None)
    assert lack.value.args == ("sphere",)
    here = "/manage/practices/shkola-ottsov"
    editor.submit(here, filled(editor.get(here), sphere="culture"))
    publish(editor, here)
    assert client.get("/practices.json?sphere=culture").json["total"] == 1
