"""Sample documents come and go with an edition of the passport."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from activity.models import Entry
from kernel.db import db, set_clock, utcnow
from kernel.files import GRACE, StoredFile, _path
from kernel.jobs import run_due
from kernel.transaction import writing
from practices import operations
from practices.models import Admission, DocumentKind, DocumentState, PracticeEdition, SampleDocument
from practices.moderation import operations as moderation
from practices.moderation import queries
from practices.moderation.models import AUTHOR_LINK
from practices.moderation.rules import Unconfirmed
from tests import factories
from tests.practices.test_manage import publish

ADDRESS = "/manage/practices/konsultant"
PAGE = "/practices/konsultant"


@pytest.fixture
def practice(app):
    """In the catalogue, with one document in its first edition."""
    with writing():
        made = factories.practice(slug="konsultant", admission=Admission.draft)
        attach(made, "Приказ")
        moderation.publish(made, by=factories.methodist())
    return made


@pytest.fixture
def editor(app, sign_in):
    with writing():
        person = factories.organiser(factories.series())
    return sign_in(person)


def attach(practice, title, kind=DocumentKind.order):
    stored = operations.store(f"{title}.pdf", "application/pdf", f"%PDF- {title}".encode())
    return operations.add_document(practice, kind, title, stored, by=None)


def text(client, path):
    return client.get(path).get_data(as_text=True)


def states():
    db.session.expire_all()
    return {one.title: one.state for one in db.session.scalars(select(operations.SampleDocument))}


def kept(number):
    db.session.expire_all()
    edition = db.session.scalars(select(PracticeEdition).where(PracticeEdition.number == number)).one()
    return [one["title"] for one in edition.content["documents"]]


def test_a_draft_shows_its_documents_and_publishes_them(practice):
    assert (states(), kept(1)) == ({"Приказ": DocumentState.current}, ["Приказ"])


def test_what_is_attached_waits_for_the_next_edition(practice, editor, client):
    file = {"title": "Положение", "kind": "regulation", "file": (io.BytesIO(b"%PDF-1.7"), "p.pdf")}
    editor.submit(f"{ADDRESS}/documents", file, page=ADDRESS)
    added = practice.samples[1]
    assert "появится со следующей редакцией" in text(editor, ADDRESS)
    assert "Положение" not in text(client, PAGE)
    assert client.get(f"{PAGE}/documents/{added.id}").status_code == 404
    assert "Положение" in text(editor, f"{ADDRESS}/preview")
    changes = text(editor, f"{ADDRESS}/changes")
    assert '<ins><span class="sr">добавлено: </span>Положение (положение)</ins>' in changes
    publish(editor, ADDRESS)
    assert "Положение" in text(client, PAGE)
    shown = client.get(f"{PAGE}/documents/{added.id}")
    assert (shown.data, shown.headers["Cache-Control"]) == (b"%PDF-1.7", "public, max-age=0, must-revalidate")
    assert (kept(1), kept(2)) == (["Приказ"], ["Приказ", "Положение"])


def test_what_is_taken_away_stays_until_the_next_edition(practice, editor, client):
    [sample] = practice.samples
    editor.submit(f"{ADDRESS}/documents/{sample.id}/removal", page=ADDRESS)
    assert "уйдёт со следующей редакцией" in text(editor, ADDRESS)
    assert "Взять образец приказа" in text(client, PAGE)
    assert "Взять образец приказа" not in text(editor, f"{ADDRESS}/preview")
    publish(editor, ADDRESS)
    assert (states(), kept(1), kept(2)) == ({"Приказ": DocumentState.past}, ["Приказ"], [])
    assert "Взять образец приказа" not in text(client, PAGE)
    assert client.get("/practices.json?readiness=documents").json["total"] == 0
    assert client.get(f"{PAGE}/documents/{sample.id}").data == "%PDF- Приказ".encode()
    assert f'href="{PAGE}/documents/{sample.id}"' in text(client, f"{PAGE}/editions")
    assert '<del><span class="sr">убрано: </span>Приказ (приказ)</del>' in text(client, f"{PAGE}/editions/2")


def test_a_document_that_was_to_leave_stays_after_all(practice, editor):
    [sample] = practice.samples
    editor.submit(f"{ADDRESS}/documents/{sample.id}/removal", page=ADDRESS)
    assert practice.working == {"documents": []}
    editor.submit(f"{ADDRESS}/documents/{sample.id}/return", page=ADDRESS)
    assert (states(), practice.working) == ({"Приказ": DocumentState.current}, None)
    actions = db.session.scalars(select(Entry.action).order_by(Entry.id.desc()).limit(2)).all()
    assert actions == ["practice.document_kept", "practice.document_removed"]


def test_changes_thrown_away_take_the_documents_along(practice):
    with writing():
        attach(practice, "Положение")
        operations.remove_document(practice.samples[0], by=None)
    assert states() == {"Приказ": DocumentState.leaving, "Положение": DocumentState.draft}
    with writing():
        moderation.drop_working(practice, by=factories.methodist())
    assert (states(), practice.working) == ({"Приказ": DocumentState.current}, None)


def test_a_document_attached_and_taken_away_leaves_no_trace(practice):
    with writing():
        operations.remove_document(attach(practice, "Положение"), by=None)
    assert (states(), practice.working) == ({"Приказ": DocumentState.current}, None)


def bodies(*files):
    """Whether the bodies of `files` are still kept, once the worker has done what is due in an hour."""
    later = utcnow() + GRACE
    set_clock(lambda: later)
    run_due()
    db.session.expire_all()
    return [_path(uuid).exists() for uuid in files]


def stored():
    return {one.name: one.uuid for one in db.session.scalars(select(StoredFile))}


def test_the_file_of_a_withdrawn_document_goes_after_the_commit(practice):
    with writing():
        withdrawn = attach(practice, "Положение")
        attach(practice, "Договор")
    before = stored()
    with pytest.raises(ZeroDivisionError), writing():
        operations.remove_document(withdrawn, by=None)
        raise ZeroDivisionError
    assert bodies(*before.values()) == [True, True, True]
    with writing():
        operations.remove_document(withdrawn, by=None)
    left = stored()
    assert set(before) - set(left) == {"Положение.pdf"}
    assert _path(before["Положение.pdf"]).exists()  # a backup under way finds what its database names
    assert bodies(before["Положение.pdf"], *left.values()) == [False, True, True]


def test_changes_thrown_away_take_the_files_along(practice):
    with writing():
        attach(practice, "Положение")
    before = stored()
    with writing():
        moderation.drop_working(practice, by=factories.methodist())
    assert bodies(before["Положение.pdf"], before["Приказ.pdf"]) == [False, True]


def test_the_file_of_an_earlier_edition_stays(practice):
    with writing():
        operations.remove_document(practice.samples[0], by=None)
        moderation.publish(practice, by=factories.methodist(), without_confirmation="Автор уехал")
    assert states() == {"Приказ": DocumentState.past}
    with writing():
        operations.remove_document(practice.samples[0], by=None)
    assert bodies(*stored().values()) == [True]


def test_a_file_that_another_document_holds_stays(practice):
    with writing():
        withdrawn = attach(practice, "Положение")
        other = factories.practice("Другая", slug="drugaya", admission=Admission.draft)
        other.samples.append(SampleDocument(title="То же", file_id=withdrawn.file_id, position=1))
    shared = withdrawn.file.uuid
    with writing():
        operations.remove_document(withdrawn, by=None)
    assert bodies(shared) == [True]
    with writing():
        operations.remove_document(other.samples[0], by=None)
    assert (bodies(shared), set(stored())) == ([False], {"Приказ.pdf"})


def test_the_author_takes_a_file_away(app, client):
    with writing():
        made = factories.practice("Школа отцов", "shkola", admission=Admission.draft)
        link = AUTHOR_LINK.path(factories.author(made))
        sample = attach(made, "Положение")
    file = sample.file.uuid
    answer = client.submit(f"{link}/documents/{sample.id}/removal", page=link)
    assert (answer.status_code, stored(), bodies(file)) == (303, {}, [False])


def test_text_and_documents_are_one_working_copy(practice):
    with writing():
        moderation.work_on(practice, {"goal": "Цель."}, by=factories.methodist())
        attach(practice, "Положение")
        moderation.work_on(practice, {"goal": ""}, by=factories.methodist())
    assert list(practice.working) == ["documents"]
    with writing():
        moderation.publish(practice, by=factories.methodist())
    assert (practice.edition, practice.working) == (2, None)


def test_the_author_confirms_documents_too(practice):
    with writing():
        author = factories.author(practice)
        author.sent = queries.working_content(practice)
        attach(practice, "Положение")
    with pytest.raises(Unconfirmed), writing():
        moderation.publish(practice, by=factories.methodist())
    assert kept(1) == ["Приказ"]


def test_a_new_file_under_an_old_title_is_a_change(practice, client):
    with writing():
        operations.remove_document(practice.samples[0], by=None)
        attach(practice, "Приказ")
        moderation.publish(practice, by=factories.methodist())
    page = text(client, f"{PAGE}/editions/2")
    assert page.count("Приказ (приказ)</") == 2


def test_a_file_loaded_from_a_folder_is_there_at_once(practice, client):
    with writing():
        attach(practice, "Положение")
        operations.publish_documents(practice)
    assert (kept(2), practice.working) == (["Приказ", "Положение"], None)
    assert "Положение" in text(client, PAGE)
