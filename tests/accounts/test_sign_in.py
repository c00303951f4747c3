from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

import argon2
import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, func, select

from accounts import operations
from accounts.enums import Role
from accounts.letters import invitation_path
from accounts.models import User
from accounts.passwords import hash_password, matches
from accounts.views.session import RESET_MAILBOX, SIGN_IN_ACCOUNT, SIGN_IN_NETWORK, SIGN_IN_STRANGER
from activity.models import Entry, Letter
from activity.outbox import compose
from kernel import db as kernel_db
from kernel import limits
from kernel.db import db
from kernel.jobs import run_due
from kernel.transaction import writing
from tests import factories
from tests.client import PageClient
from tests.conftest import NOW, OF_PRODUCTION

PASSWORD = "четыре слова подряд"


@pytest.fixture
def person(app):
    hashed = hash_password(PASSWORD)
    with writing():
        return factories.give(factories.user("anna@example.org", "Примерова Анна", password_hash=hashed), Role.speaker)


def enter(client, email="anna@example.org", password=PASSWORD, **fields):
    return client.submit("/login", {"email": email, "password": password, **fields})


def test_signing_in_leads_to_the_tasks(client, person):
    answer = enter(client)
    assert answer.headers["Location"] == "/work"
    assert "Примерова Анна" in client.get("/work").get_data(as_text=True)


def test_e_mail_case_and_spaces_do_not_matter(client, person):
    assert enter(client, email=" ANNA@Example.org ").status_code == 302


def test_signing_in_leads_back_to_where_one_came_from(client, person):
    assert enter(client, next="/manage/forums").headers["Location"] == "/manage/forums"


def test_an_address_that_only_looks_alike_is_another_account(app, person):
    with writing():
        factories.user("strasse@example.org", password_hash=hash_password("слова улицы раз"))
        factories.user("straße@example.org", password_hash=hash_password("слова улицы два"))
    assert enter(PageClient(app), "STRASSE@example.org", "слова улицы раз").status_code == 302
    assert enter(PageClient(app), "straße@example.org", "слова улицы раз").status_code == 422
    assert enter(PageClient(app), "straße@example.org", "слова улицы два").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"]
)
def test_a_foreign_next_is_ignored(client, person, target):
    assert enter(client, next=target).headers["Location"] == "/work"


@pytest.mark.parametrize(("email", "password"), [("anna@example.org", "wrong"), ("nobody@example.org", PASSWORD)])
def test_a_wrong_pair_is_refused_alike(client, person, email, password):
    answer = enter(client, email=email, password=password)
    assert answer.status_code == 422
    assert email in answer.get_data(as_text=True)
    assert client.get("/work").status_code == 302


def test_attempts_are_limited_by_account(client, person):
    codes = [enter(client, password="wrong").status_code for _attempt in range(11)]
    assert codes == [422] * 10 + [429]
    assert enter(PageClient(client.application)).status_code == 429


def test_ten_strangers_do_not_lock_out_a_device_that_signed_in_before(app, person):
    known, stranger = PageClient(app), PageClient(app)
    enter(known)
    known.submit("/logout", page="/work")
    for _attempt in range(SIGN_IN_STRANGER.hits + 1):
        enter(stranger, password="wrong")
    assert enter(stranger).status_code == 429
    assert enter(known).status_code == 302
    known.submit("/logout", page="/work")
    codes = [enter(known, password="wrong").status_code for _attempt in range(11)]
    assert codes == [422] * 10 + [429]


def test_strangers_elsewhere_slow_nobody_here(app, person):
    for number in range(SIGN_IN_STRANGER.hits + 1):
        far = {"REMOTE_ADDR": f"2001:db8:7:7::{number:x}"}
        code = (
            PageClient(app)
            .submit("/login", {"email": "anna@example.org", "password": "wrong"}, environ_overrides=far)
            .status_code
        )
    assert code == 429  # an IPv6 network is one, whatever addresses it takes
    assert enter(PageClient(app)).status_code == 302


def test_an_account_tried_from_everywhere_is_open_to_its_devices_and_by_letter(app, person):
    known = PageClient(app)
    enter(known)
    known.submit("/logout", page="/work")
    limits.count(*[(SIGN_IN_ACCOUNT, "anna@example.org")] * SIGN_IN_ACCOUNT.hits)
    refused = enter(PageClient(app))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    page = refused.get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
    assert "Слишком много неверных паролей" in page
    assert "Подождите 60 минут." in page
    assert 'value="anna@example.org"' in page
    assert enter(known).status_code == 302
    new_phone = PageClient(app)
    new_phone.submit("/password-reset", {"email": "anna@example.org"})
    run_due()
    answer = new_phone.submit(
        invitation_path(person), {"password": "совсем новые слова", "repeat": "совсем новые слова"}
    )
    assert answer.headers["Location"] == "/work"
    new_phone.submit("/logout", page="/work")
    assert enter(new_phone, password="совсем новые слова").status_code == 302


def test_a_device_remembers_several_people_and_believes_no_forged_mark(app, person):
    with writing():
        factories.user("boris@example.org", password_hash=hash_password("слова Бориса раз"))
    shared = PageClient(app)
    enter(shared)
    shared.submit("/logout", page="/work")
    enter(shared, "boris@example.org", "слова Бориса раз")
    shared.submit("/logout", page="/work")
    limits.count(*[(SIGN_IN_ACCOUNT, "anna@example.org")] * SIGN_IN_ACCOUNT.hits)
    assert enter(shared).status_code == 302
    forged = PageClient(app)
    forged.set_cookie("tirazh-device", "0123456789abcdef." + "A" * 26)
    assert enter(forged).status_code == 429
    forged.set_cookie("tirazh-device", '"; x' * 50)
    assert enter(forged).status_code == 429


def letters():
    return db.session.scalar(select(func.count()).select_from(Letter))


def test_five_letters_an_hour_and_the_links_in_all_of_them_work(client, person):
    """A stranger asks on: the owner is neither shut out nor left with dead links."""
    for number in range(RESET_MAILBOX.hits + 3):
        assert client.submit("/password-reset", {"email": "anna@example.org"}).status_code == 200
        run_due()
        if number == 0:
            first = invitation_path(person)
    assert letters() == RESET_MAILBOX.hits
    assert client.get(first).status_code == 200


def test_asking_for_a_password_costs_the_same_for_known_and_unknown(client, person):
    """What is written is the same, so that no clock tells them apart."""
    done = []
    client.submit("/password-reset", {"email": "other@example.org"})  # what is kept in this process is read by now
    for address in ("anna@example.org", "nobody@example.org"):
        said = []
        event.listen(db.engine, "before_cursor_execute", lambda _c, _u, sql, *_rest, said=said: said.append(sql))
        client.submit("/password-reset", {"email": address})
        done.append(said[:])
    assert done[0][-len(done[1]) :] == done[1]
    assert len(done[1]) > 3


def test_a_whole_office_signs_in_from_one_address(app, person):
    codes = {enter(PageClient(app)).status_code for _arrival in range(SIGN_IN_NETWORK.hits + 5)}
    assert codes == {302}


def test_failures_from_one_address_are_limited_whoever_is_tried(app, person):
    client = PageClient(app)
    token = client.token("/login")
    codes = []
    for number in range(SIGN_IN_NETWORK.hits + 2):
        fields = {"email": f"guess{number}@example.org", "password": "wrong", "csrf_token": token}
        codes.append(client.post("/login", data=fields).status_code)
        if number % 10 == 0 and number < SIGN_IN_NETWORK.hits:
            assert enter(PageClient(app)).status_code == 302
    assert codes == [422] * SIGN_IN_NETWORK.hits + [429] * 2
    assert enter(PageClient(app)).status_code == 429


def test_signing_in_does_not_wipe_out_the_failures_before_it(client, person):
    for _attempt in range(9):
        enter(client, password="wrong")
    assert enter(PageClient(client.application)).status_code == 302
    codes = [enter(client, password="wrong").status_code for _attempt in range(2)]
    assert codes == [422, 429]


def test_knocking_at_a_closed_account_does_not_close_the_address(app, person):
    client = PageClient(app)
    for _attempt in range(SIGN_IN_NETWORK.hits + 10):
        enter(client, email="other@example.org", password="wrong")
    assert enter(PageClient(app)).status_code == 302


def test_failures_are_forgotten_after_a_while(client, person):
    for _attempt in range(11):
        enter(client, password="wrong")
    kernel_db.set_clock(lambda: NOW + timedelta(seconds=SIGN_IN_STRANGER.seconds))
    assert enter(PageClient(client.application)).status_code == 302


def test_the_session_is_made_anew_at_sign_in(client, person):
    client.get("/login")
    with client.session_transaction() as before:
        before["planted"] = "yes"
    enter(client)
    with client.session_transaction() as after:
        assert "planted" not in after


def test_a_new_password_ends_other_sessions(client, person):
    enter(client)
    with writing():
        operations.set_password(person, hash_password("другие слова подряд"))
    assert client.get("/work").status_code == 302


def test_a_suspended_person_is_out_at_once(client, person):
    enter(client)
    with writing():
        operations.suspend(person, by=None)
    assert client.get("/work").status_code == 302
    assert enter(client).status_code == 422


def test_demo_accounts_are_closed_outside_the_demonstration(client, person):
    with writing():
        person.demo = True
    assert enter(client).status_code == 422


def test_signing_out(client, person):
    enter(client)
    assert client.submit("/logout", page="/work").status_code == 302
    assert client.get("/work").headers["Location"] == "/login?next=/work"


def test_reset_answers_the_same_for_known_and_unknown(client, person):
    known = client.submit("/password-reset", {"email": "anna@example.org"}).get_data()
    unknown = PageClient(client.application).submit("/password-reset", {"email": "nobody@example.org"}).get_data()
    assert known == unknown
    assert letters() == 0
    run_due()
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 1


def test_the_reset_letter_leads_to_a_new_password(client, person):
    client.submit("/password-reset", {"email": "anna@example.org"})
    run_due()
    message = compose(db.session.scalars(select(Letter)).one())
    text = message.get_body(("plain",)).get_content()
    path = re.search(r"https://forum\.example\.org(/invitation/\S+)", text).group(1)
    answer = client.submit(path, {"password": "совсем новые слова", "repeat": "совсем новые слова"})
    assert answer.headers["Location"] == "/work"
    assert client.get(path).status_code == 404
    assert enter(PageClient(client.application), password="совсем новые слова").status_code == 302


@pytest.mark.parametrize(
    ("password", "repeat"),
    [
        ("short", "short"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa"),
        ("anna@example.org", "anna@example.org"),
        ("хорошие слова тут", "другие"),
    ],
)
def test_a_weak_or_mistyped_password_is_explained(client, person, password, repeat):
    with writing():
        operations.invite(person, by=None)
    answer = client.submit(invitation_path(person), {"password": password, "repeat": repeat})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)


def test_an_old_invitation_says_so(client, person):
    with writing():
        operations.invite(person, by=None)
        person.invited_at -= timedelta(days=8)
    assert client.get(invitation_path(person)).status_code == 410


def test_a_guessed_invitation_is_not_found(client, person):
    with writing():
        operations.invite(person, by=None)
    assert client.get(f"/invitation/{person.uuid}.{'A' * 26}").status_code == 404


def test_what_was_typed_survives_an_expired_session(app, person):
    with writing():
        factories.give(person, Role.administrator)
    client = PageClient(app)
    answer = client.post("/manage/settings", data={"name": "Новое имя", "operator": "Центр"})
    assert answer.status_code == 401
    page = answer.get_data(as_text=True)
    kept = re.search(r'name="kept"[^>]*value="([^"]*)"', page).group(1).replace("&#34;", '"').replace("&quot;", '"')
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    fields = {
        "csrf_token": token,
        "email": "anna@example.org",
        "password": PASSWORD,
        "next": "/manage/settings",
        "kept": kept,
    }
    resumed = client.post("/login", data=fields).get_data(as_text=True)
    assert 'value="Новое имя"' in resumed
    assert 'action="/manage/settings"' in resumed


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_what_another_site_sends_is_not_kept(app, person, headers):
    client = PageClient(app)
    answer = client.post("/manage/settings", data={"name": "Чужое имя"}, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert "Set-Cookie" not in answer.headers


def test_a_form_of_ours_is_kept_whatever_the_browser_says_of_it(app, person):
    headers = {"Origin": "https://forum.example.org", "Sec-Fetch-Site": "same-origin"}
    assert PageClient(app).post("/manage/settings", data={"name": "Имя"}, headers=headers).status_code == 401


@pytest.mark.parametrize("kept", ["[" * 100_000, '[["a", "\\ud800"]]', "[1]", "{", '{"a": 1}'])
def test_broken_kept_fields_do_not_stop_signing_in(client, person, kept):
    fields = {"email": "anna@example.org", "password": PASSWORD, "next": "/work", "kept": kept}
    assert client.submit("/login", fields).status_code in (200, 302)


def test_every_sign_in_is_written_down(client, person):
    enter(client)
    entry = db.session.scalars(select(Entry).where(Entry.action == "user.signed_in")).one()
    assert (entry.actor_id, entry.subject_id, entry.subject_name) == (person.id, person.id, "")


def test_the_last_administrator_cannot_be_removed(app):
    with writing():
        admin = factories.administrator()
    with pytest.raises(operations.LastAdministrator), writing():
        operations.withdraw(admin.assignments[0], by=admin)
    assert db.session.get(User, admin.id).holds(Role.administrator)


def test_a_password_is_the_same_however_its_letters_are_made(app):
    composed, pieces = "синий й край", unicodedata.normalize("NFD", "синий й край")
    assert composed != pieces
    for kept in (hash_password(composed), hash_password(pieces)):
        assert [matches(kept, typed) for typed in (composed, pieces, "синии и краи")] == [True, True, False]
    before = PasswordHasher().hash(pieces)  # of an account whose password was hashed as it was typed
    assert [matches(before, typed) for typed in (pieces, composed)] == [True, False]


def test_a_password_costs_what_is_recommended():
    """RFC 9106, for machines with little memory; the other tests pay less."""
    found = argon2.extract_parameters(OF_PRODUCTION.hash(PASSWORD))
    assert found == argon2.profiles.RFC_9106_LOW_MEMORY
