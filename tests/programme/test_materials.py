"""What a talk leaves behind: attached by the organiser, taken by visitors while it is published."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select

from activity.models import Entry
from kernel.db import db
from kernel.files import StoredFile
from kernel.transaction import writing
from programme.materials.models import TalkMaterial
from programme.operations import cancel_slot
from tests import factories
from tests.kernel.workbooks import office

SLIDES = office("ppt/presentation.xml")


@pytest.fixture
def talk_desk(app, sign_in):
    with writing():
        forum = factories.forum()
        talk = factories.slot(factories.section(forum))
        organiser = factories.organiser(forum.series)
    desk = f"/manage/forums/{forum.slug}/programme/slots/{talk.code}/materials"
    return forum, talk, sign_in(organiser), desk


def attach(editor, desk, name="slides.pptx", body=SLIDES, **fields):
    form = {"title": "Слайды", "published": "y"} | fields | {"file": (io.BytesIO(body), name)}
    return editor.submit(desk, {key: value for key, value in form.items() if value is not None})


def only() -> TalkMaterial:
    db.session.rollback()
    return db.session.scalars(select(TalkMaterial)).one()


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def text(client, path):
    return client.get(path).get_data(as_text=True)


def test_a_published_material_is_taken_from_the_talks_page(talk_desk, client):
    forum, talk, editor, desk = talk_desk
    page = f"/forums/{forum.slug}/talks/{talk.code}"
    assert "Материалы" not in text(client, page)
    assert attach(editor, desk).location == desk
    link = f"{page}/materials/{only().id}"
    assert f'href="{link}"' in text(client, page)
    taken = client.get(link)
    assert taken.data == SLIDES
    assert taken.headers["Content-Disposition"] == "attachment; filename=slides.pptx"
    assert taken.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    own = editor.get(f"{desk}/{only().id}")
    assert (own.data, own.headers["Cache-Control"]) == (SLIDES, "private, no-store")


def test_it_is_hidden_when_it_is_not_published(talk_desk, client):
    forum, talk, editor, desk = talk_desk
    page = f"/forums/{forum.slug}/talks/{talk.code}"
    attach(editor, desk, published=None)
    link, material = f"{page}/materials/{only().id}", f"{desk}/{only().id}"

    def shown():
        return (client.get(link).status_code, link in text(client, page))

    assert shown() == (404, False)
    editor.submit(f"{material}/publication", {"published": "yes"}, page=desk)
    assert shown() == (200, True)
    editor.submit(f"{material}/publication", {"published": "no"}, page=desk)
    assert shown() == (404, False)
    editor.submit(f"{material}/publication", {"published": "yes"}, page=desk)
    with writing():
        cancel_slot(db.session.merge(talk), True, by=None)
    assert shown() == (404, False)
    with writing():
        cancel_slot(db.session.merge(talk), False, by=None)
        db.session.merge(forum).programme_published = False
    assert client.get(link).status_code == 404
    actions = db.session.scalars(select(Entry.action).where(Entry.action.like("slot.material%")).order_by(Entry.id))
    assert list(actions) == [
        "slot.material_added",
        "slot.material_published",
        "slot.material_hidden",
        "slot.material_published",
    ]


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("slides.pptx", office("ppt/presentation.xml", "ppt/vbaProject.bin"), "макросы"),
        ("photo.png", b"\x89PNG\r\n\x1a\n<script>", "повреждён"),
        ("page.html", b"<html>", "Подойдут"),
    ],
)
def test_what_could_do_harm_is_refused_at_the_field(talk_desk, name, body, said):
    _forum, _talk, editor, desk = talk_desk
    answer = attach(editor, desk, name, body)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert 'value="Слайды"' in answer.get_data(as_text=True)
    assert count(StoredFile) == 0


def test_taken_away_it_goes_with_its_file(talk_desk, client):
    _forum, _talk, editor, desk = talk_desk
    attach(editor, desk)
    editor.submit(f"{desk}/{only().id}/removal", {"confirm": "yes"}, page=desk)
    assert (count(TalkMaterial), count(StoredFile)) == (0, 0)
    assert "Материалов пока нет" in text(editor, desk)


def test_others_neither_see_nor_change_them(talk_desk, sign_in, client):
    _forum, _talk, editor, desk = talk_desk
    attach(editor, desk)
    with writing():
        stranger = factories.organiser(factories.series("other"))
    outsider = sign_in(stranger)
    material = f"{desk}/{only().id}"
    assert [outsider.get(path).status_code for path in (desk, material)] == [404, 404]
    token = {"csrf_token": outsider.token("/manage/forums")}
    for end in ("/publication", "/removal"):
        assert outsider.post(material + end, data=token).status_code == 404
    assert client.get(desk).status_code == 302
    assert only().published
