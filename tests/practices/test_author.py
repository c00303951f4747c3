"""The author's own page at a secret address."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from activity.models import Entry
from kernel import limits
from kernel.db import db
from kernel.logs import mask
from kernel.transaction import writing
from practices.models import Admission, Practice, SampleDocument, TargetGroup
from practices.moderation import operations, queries
from practices.moderation.models import AUTHOR_LINK, PracticeAuthor
from tests import factories
from tests.kernel.workbooks import office
from tests.practices.test_manage import filled

CARD = {
    "name": "Школа отцов",
    "effect": "Отцы занимаются с детьми каждый день.",
    "groups": ["fathers"],
    "what_is_done": "Занятия по субботам.",
    "who_does_it": "Дом культуры.",
    "what_is_needed": "Зал и ведущий.",
    "contact_email": "avtor@example.org",
}


@pytest.fixture
def practice(app):
    with writing():
        return factories.practice(
            "Школа отцов", "shkola", admission=Admission.draft, effect="", what_is_done="", groups=[]
        )


@pytest.fixture
def link(practice):
    with writing():
        author = factories.author(practice)
    return AUTHOR_LINK.path(author)


@pytest.fixture
def methodist(app):
    with writing():
        return factories.methodist()


def again():
    db.session.expire_all()
    return db.session.scalars(select(Practice)).one()


def save(client, link, **fields):
    return client.post(link, data=filled(client.get(link)) | fields)


def test_a_draft_is_saved_half_empty_and_found_again(client, link):
    assert save(client, link, effect="Отцы рядом.", groups=["fathers"]).status_code == 303
    page = client.get(link).get_data(as_text=True)
    assert ">\nОтцы рядом.</textarea>" in page.replace("\r\n", "\n")
    assert "Черновик сохранён" in page
    assert (again().effect, again().admission) == ("Отцы рядом.", Admission.draft)
    assert again().target_groups == [TargetGroup.fathers]


def test_a_half_empty_card_is_not_sent_but_nothing_typed_is_lost(client, link):
    answer = save(client, link, effect="Отцы рядом.", send="1")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count('class="error"') == 2
    assert 'href="#what_is_done"' in page
    assert (again().effect, again().admission) == ("Отцы рядом.", Admission.draft)
    assert client.post(link, data=filled(answer) | CARD | {"send": "1"}).status_code == 303
    assert again().admission is Admission.submitted


def test_boxes_left_unticked_ask_for_a_tick(client, link):
    page = save(client, link, **CARD | {"groups": [], "send": "1"}).get_data(as_text=True)
    assert re.findall(r'<a href="#groups">(.*?)</a>', page) == ["Для кого: Отметьте хотя бы один вариант."]
    assert page.count('class="error"') == 1


def test_an_address_that_is_none_is_told_at_the_field(client, link):
    answer = save(client, link, contact_email="нет", effect="Отцы рядом.")
    assert answer.status_code == 422
    assert ">\nОтцы рядом.</textarea>" in answer.get_data(as_text=True).replace("\r\n", "\n")
    assert 'id="contact_email-error"' in answer.get_data(as_text=True)


def test_what_is_under_review_is_read_only_until_taken_back(client, link):
    opened = filled(client.get(link))
    save(client, link, send="1", **CARD)
    page = client.get(link).get_data(as_text=True)
    assert "<b>На проверке</b>" in page.replace("\u00a0", " ")
    assert "<textarea" not in page
    late = client.post(link, data=opened | CARD | {"effect": "Поздно."})
    assert (late.status_code, again().effect) == (409, CARD["effect"])
    assert "Поздно." in late.get_data(as_text=True)
    client.submit(f"{link}/withdrawal", page=link)
    assert again().admission is Admission.draft
    assert "<textarea" in client.get(link).get_data(as_text=True)


def test_comments_stand_at_their_fields(client, link, practice, methodist):
    save(client, link, send="1", **CARD)
    with writing():
        operations.send_back(practice, {"effect": "Скажите проще.", "": "Хорошее дело."}, by=methodist)
    page = client.get(link).get_data(as_text=True).replace("\u00a0", " ")
    assert "Вернули: 2 замечания" in page
    place = re.search(r'id="card-effect">(.*?)id="card-groups"', page, re.DOTALL).group(1)
    assert "Скажите проще." in place
    assert "Хорошее дело." not in place


def test_two_windows_lose_nothing(client, link):
    mine, theirs = filled(client.get(link), effect="Моё."), filled(client.get(link), effect="Их.")
    assert client.post(link, data=theirs).status_code == 303
    answer = client.post(link, data=mine)
    assert answer.status_code == 409
    assert "Моё." in answer.get_data(as_text=True)
    assert "Их." in answer.get_data(as_text=True)
    assert again().effect == "Их."


def plain(answer) -> str:
    return answer.get_data(as_text=True).replace("\u00a0", " ")


def test_a_card_sent_twice_is_sent_once(client, link):
    sent = filled(client.get(link), **CARD) | {"send": "draft"}
    assert 'name="send" value="draft"' in client.get(link).get_data(as_text=True)
    for words in ("Отправлено.", "Карточка уже отправлена."):
        answer = client.post(link, data=sent)
        assert (answer.status_code, answer.headers["Location"]) == (303, link)
        assert words in plain(client.get(link))
    moves = select(Entry).where(Entry.action == "practice.admission")
    assert len(db.session.scalars(moves).all()) == 1


def test_a_second_press_finds_the_card_accepted(client, link, practice, methodist):
    sent = filled(client.get(link), **CARD) | {"send": "draft"}
    client.post(link, data=sent)
    with writing():
        operations.accept(practice, by=methodist)
    assert client.post(link, data=sent).status_code == 303
    assert "Карточка уже отправлена." in plain(client.get(link))


def test_an_incomplete_card_sent_twice_is_told_the_same_twice(client, link):
    sent = filled(client.get(link), effect="Отцы рядом.") | {"send": "draft"}
    for _time in range(2):
        answer = client.post(link, data=sent)
        assert (answer.status_code, plain(answer).count('class="error"')) == (422, 2)
    assert again().admission is Admission.draft


def test_a_draft_saved_twice_or_sent_when_it_saved_itself_is_no_conflict(client, link):
    typed = filled(client.get(link), **CARD)
    assert client.post(f"{link}/autosave", data=typed).status_code == 200
    assert client.post(link, data=typed).status_code == 303
    assert "Черновик сохранён" in plain(client.get(link))
    assert client.post(link, data=typed | {"send": "draft"}).status_code == 303
    assert again().admission is Admission.submitted


def test_a_page_of_before_the_return_does_not_send_the_card_again(client, link, practice, methodist):
    old = filled(client.get(link), **CARD) | {"send": "draft"}
    client.post(link, data=old)
    with writing():
        operations.send_back(practice, {"effect": "Скажите проще."}, by=methodist)
    answer = client.post(link, data=old)
    assert (answer.status_code, again().admission) == (303, Admission.returned)
    assert "посмотрите, на каком она шаге" in plain(client.get(link))
    mended = client.post(link, data=old | {"effect": "Проще."})
    assert (mended.status_code, again().admission) == (409, Admission.returned)
    assert "Проще." in plain(mended)
    assert client.post(f"{link}/autosave", data=filled(client.get(link), effect="Рядом.")).status_code == 200
    late = filled(client.get(link)) | {"send": "returned", "version": old["version"]}
    assert (client.post(link, data=late).status_code, again().admission) == (303, Admission.submitted)


def test_autosave(client, link):
    data = filled(client.get(link), effect="Отцы")
    told = client.post(f"{link}/autosave", data=data).get_json()
    assert (told["message"], told["version"], again().effect) == ("Сохранено в 12:00", again().version, "Отцы")
    assert client.post(f"{link}/autosave", data=data | {"effect": "Иное"}).status_code == 409
    assert client.post(f"{link}/autosave", data=data | {"csrf_token": ""}).status_code == 400


def test_a_link_does_not_fill_the_disk(client, link):
    """Documents taken away leave their files behind: ten at a time are no limit."""
    author = db.session.scalars(select(PracticeAuthor)).one()
    limits.count(*[(limits.LINK_FILES, f"author:{author.id}")] * (limits.LINK_FILES.hits - 1))
    codes = []
    for _time in range(2):
        data = {"title": "Приказ", "kind": "order", "file": (io.BytesIO(b"%PDF-1.7"), "order.pdf")}
        codes.append(client.submit(f"{link}/documents", data, page=link).status_code)
    assert codes == [303, 429]


def test_samples_are_checked_by_content(client, link):
    def send(name, body):
        data = {"title": "Приказ", "kind": "order", "file": (io.BytesIO(body), name)}
        return client.submit(f"{link}/documents", data, page=link)

    macros = office("word/document.xml", "word/vbaProject.bin")
    for name, body, words in (
        ("order.docx", b"MZ", "повреждён"),
        ("order.docx", macros, "макросы"),
        ("order.docm", macros, "не\u00a0принимаются"),
        ("order.exe", b"MZ", "не\u00a0принимаются"),
        ("order.pdf", b"%PDF-1.7 /OpenAction << /S /JavaScript >>", "сценарии"),
    ):
        answer = send(name, body)
        page = answer.get_data(as_text=True)
        assert (name, answer.status_code) == (name, 422)
        assert words in page, (name, re.findall(r'class="error">.*?</p>', page))
    assert send("order.docx", office("word/document.xml")).status_code == 303
    sample = db.session.scalars(select(SampleDocument)).one()
    assert client.get(f"{link}/documents/{sample.id}").status_code == 200
    client.submit(f"{link}/documents/{sample.id}/removal", page=link)
    assert db.session.scalars(select(SampleDocument)).all() == []


def test_somebody_elses_document_is_not_given(client, link):
    with writing():
        other = factories.practice("Другая")
        from practices import operations as practices
        from practices.models import DocumentKind

        stored = practices.store("p.pdf", "application/pdf", b"%PDF-")
        sample = practices.add_document(other, DocumentKind.order, "Чужой", stored, by=None)
    assert client.get(f"{link}/documents/{sample.id}").status_code == 404
    token = client.token(link)
    assert client.post(f"{link}/documents/{sample.id}/removal", data={"csrf_token": token}).status_code == 404


def test_the_author_sees_the_changes_and_confirms(client, link, practice, methodist):
    save(client, link, send="1", **CARD)
    with writing():
        operations.work_on(
            practice, {"effect": "Отцы занимаются с детьми <b>каждый</b> выходной.", "staff": 0.5}, by=methodist
        )
        operations.ask_confirmation(practice, by=methodist)
    assert f"{link}/confirmation" in client.get(link).get_data(as_text=True)
    page = client.get(f"{link}/confirmation").get_data(as_text=True)
    assert '<span class="sr">стало: </span>&lt;' in page
    assert "<b>каждый" not in page
    assert '<ins><span class="sr">добавлено: </span>0,5</ins>' in page
    assert queries.last_confirmation(practice).answer.value == "waiting"
    asked = str(queries.last_confirmation(practice).id)
    answer = client.submit(f"{link}/confirmation", {"confirm": "1", "asked": asked})
    assert answer.status_code == 303
    assert queries.last_confirmation(again()).answer.value == "confirmed"
    assert client.get(f"{link}/confirmation").headers["Location"] == link


def test_the_authors_yes_looks_at_open_comments(client, link, practice, methodist):
    save(client, link, send="1", **CARD)
    with writing():
        operations.send_back(practice, {"effect": "Скажите проще."}, by=methodist)
        operations.work_on(practice, {"staff": 0.5}, by=methodist)
        asked = str(operations.ask_confirmation(practice, by=methodist).id)
    page = client.get(f"{link}/confirmation").get_data(as_text=True).replace("\u00a0", " ")
    assert "Открытых замечаний: 1" in page
    assert "Скажите проще." in page
    answer = client.submit(f"{link}/confirmation", {"confirm": "1", "asked": asked})
    assert (answer.status_code, queries.last_confirmation(practice).answer.value) == (422, "waiting")
    assert 'id="despite-error"' in answer.get_data(as_text=True)
    answer = client.submit(f"{link}/confirmation", {"confirm": "1", "asked": asked, "despite": "y"})
    assert (answer.status_code, queries.last_confirmation(practice).answer.value) == (303, "confirmed")


def test_a_remark_needs_words(client, link, practice, methodist):
    save(client, link, send="1", **CARD)
    with writing():
        operations.work_on(practice, {"staff": 0.5}, by=methodist)
        asked = str(operations.ask_confirmation(practice, by=methodist).id)
    assert client.submit(f"{link}/confirmation", {"text": "", "asked": asked}).status_code == 422
    assert client.submit(f"{link}/confirmation", {"text": "Не так.", "asked": asked}).status_code == 303
    assert [one.text for one in queries.open_comments(practice, from_author=True)] == ["Не так."]


def test_an_old_page_does_not_confirm_a_new_text(client, link, practice, methodist):
    save(client, link, send="1", **CARD)
    with writing():
        operations.work_on(practice, {"staff": 0.5}, by=methodist)
        first = str(operations.ask_confirmation(practice, by=methodist).id)
        operations.work_on(practice, {"staff": 5}, by=methodist)
        operations.ask_confirmation(practice, by=methodist)
    client.submit(f"{link}/confirmation", {"confirm": "1", "asked": first})
    assert queries.last_confirmation(practice).answer.value == "waiting"


def test_a_published_practice_is_not_changed_by_the_link(client, link, practice, methodist):
    opened = filled(client.get(link), **CARD)
    save(client, link, **CARD)
    with writing():
        operations.publish(practice, by=methodist, without_confirmation="Так решили")
    client.post(link, data=opened | {"effect": "Тайком."})
    assert again().effect == CARD["effect"]
    assert client.submit(f"{link}/message", {"text": ""}, page=link).status_code == 422
    client.submit(f"{link}/message", {"text": "Ведущих теперь двое."}, page=link)
    assert [one.text for one in queries.open_comments(practice, from_author=True)] == ["Ведущих теперь двое."]


def test_the_page_is_secret(client, link, practice):
    answer = client.get(link)
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == (
        "private, no-store",
        "noindex, nofollow",
    )
    assert mask(f"GET {link}/confirmation") == "GET /author/***/confirmation"
    assert client.get("/author/AAAAAAAAAAAAAAAAAAAAAAAAAA").status_code == 404
    assert "Disallow: /author/" in client.get("/robots.txt").get_data(as_text=True)
    with writing():
        operations.revoke_link(practice, by=None)
    for path in ("", "/confirmation", "/documents/1"):
        assert client.get(link + path).status_code == 404


def test_a_get_changes_nothing(client, link, practice, methodist):
    save(client, link, send="1", **CARD)
    with writing():
        operations.work_on(practice, {"staff": 0.5}, by=methodist)
        operations.ask_confirmation(practice, by=methodist)
    before = db.session.scalars(select(Entry.id)).all()
    for path in ("", "/confirmation"):
        assert client.get(link + path).status_code == 200
    for path in ("/withdrawal", "/message", "/autosave", "/documents"):
        assert client.get(link + path).status_code == 405
    assert db.session.scalars(select(Entry.id)).all() == before


def test_no_name_of_the_author_in_the_log(client, link):
    save(client, link, send="1", **CARD)
    entries = db.session.scalars(
        select(Entry).where(Entry.action.in_(("practice.changed", "practice.admission")))
    ).all()
    assert {(entry.actor_name, entry.actor_id) for entry in entries} == {("Автор по личной ссылке", None)}
    assert all("avtor@" not in str(entry.details) for entry in entries)
