"""The catalogue's sets follow what changes, and are then what a full build would give."""

from __future__ import annotations

import threading
from datetime import timedelta
from random import Random

import pytest

from accounts.enums import Sphere
from accounts.settings import change
from kernel import changes, pages
from kernel.db import db, utcnow
from kernel.transaction import retried, writing
from practices import facets, operations
from practices.models import Admission, DocumentKind, Evidence, Practice, Readiness, TargetGroup
from tests import factories

PLACES = (factories.TAYSHET, factories.TULUN, factories.KUYTUN, factories.IRKUTSK, factories.REGION, "38000000")


def everything(made: facets.Catalogue) -> dict:
    """All that a catalogue says, the order of its places too."""
    return vars(made) | {"places": list(made.places.items()), "region": list(made.region)}


def followed() -> facets.Catalogue:
    db.session.rollback()
    return facets.catalogue()


def full() -> facets.Catalogue:
    db.session.rollback()
    return facets._build()


def publish(chance: Random, practice: Practice) -> None:
    practice.published_at = practice.published_at or utcnow() - timedelta(days=chance.randint(0, 3))
    operations.publish_practice(practice, by=None)


def edit(chance: Random, practice: Practice) -> None:
    groups = chance.sample(list(TargetGroup), chance.randint(0, 3))
    place = factories.territory(chance.choice(PLACES))
    name = f"{chance.choice('ЯаёБ')} практика {chance.randint(0, 5)}"
    values = {"name": name, "sphere": chance.choice(list(Sphere)), "groups": groups, "territory_id": place.id}
    values |= {
        "cost_once": chance.choice([None, 0, 400_000]),
        "cost_year": chance.choice([None, 0, 900_000]),
        "launch_months_max": chance.choice([None, 3, 14]),
    }
    operations.change_practice(practice, values, by=None)


def spread(chance: Random, practice: Practice) -> None:
    for oktmo in chance.sample(PLACES, chance.randint(0, 4)):
        state = chance.choice(("", "think", "ready", "works", "firm"))
        operations.set_spread(practice, factories.territory(oktmo), state, int(bool(state)))


def judge(chance: Random, practice: Practice) -> None:
    practice.evidence = chance.choice([None, *Evidence])
    practice.readiness = chance.choice([None, *Readiness])
    operations.show(practice)


def document(_chance: Random, practice: Practice) -> None:
    if practice.documents:
        operations.remove_document(practice.documents[0], by=None)
    else:
        stored = operations.store("приказ.txt", "text/plain", "приказ".encode())
        operations.add_document(practice, DocumentKind.order, "Приказ", stored, by=None)


def archive(_chance: Random, practice: Practice) -> None:
    operations.archive_practice(practice, "Больше не ведётся", by=None)


def withdraw(_chance: Random, practice: Practice) -> None:
    operations.return_to_draft(practice, by=None)


def talk(_chance: Random, _practice: Practice) -> None:
    pages.bump(rows={"catalogue": ()})


ACTS = (publish, publish, edit, edit, spread, spread, judge, document, archive, withdraw, talk)


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_it_is_what_a_full_build_gives(app, seed):
    chance = Random(seed)
    with writing():
        made = [factories.practice(f"Практика {number}", admission=Admission.draft) for number in range(8)]
        publish(chance, made[0])
    first = followed()
    for _step in range(40):
        with writing():
            for _change in range(chance.randint(1, 3)):
                practice = db.session.get_one(Practice, chance.choice(made).id)
                chance.choice(ACTS)(chance, practice)
        now = followed()
        assert now.region is first.region  # not built anew
        assert everything(now) == everything(full())


def test_what_nobody_named_is_read_whole(app):
    with writing():
        practice = factories.practice("Ясли")
        pages.bump("catalogue")
    then = followed()
    with writing():
        practice.sphere = Sphere.sport
        pages.bump("catalogue")
        other = factories.practice("Анкета")
        operations.set_spread(other, factories.territory(), "", 0)
    now = followed()
    assert now.region is not then.region
    assert now.facets["sphere"]["sport"] == 1 << practice.id
    assert now.orders["name"] == [other.id, practice.id]


def test_the_page_follows_a_territory_that_changed_its_name(app):
    with writing():
        factories.practice("Ясли")
        pages.bump("catalogue")
    assert followed().places[factories.TAYSHET].name == "Тайшетский муниципальный округ"
    with writing():
        factories.territory(factories.TAYSHET).name = "Тайшетский район"
        pages.bump("territories")
    assert followed().places[factories.TAYSHET].name == "Тайшетский район"


def test_too_many_changes_are_read_whole(app, monkeypatch):
    with writing():
        made = [factories.practice(f"Практика {number}") for number in range(4)]
        pages.bump("catalogue")
    then = followed()
    monkeypatch.setattr(facets, "FOLLOWED", 3)
    with writing():
        pages.bump(rows={"catalogue": [one.id for one in made]})
    assert followed().region is not then.region


def test_old_changes_are_forgotten(app, monkeypatch):
    monkeypatch.setattr(changes, "VERSIONS_KEPT", 5)
    with writing():
        for number in range(1, 13):
            pages.bump(rows={"somewhere": [number]})
    kept = sorted(db.session.scalars(db.select(changes.ContentChange.number)))
    assert kept == [6, 7, 8, 9, 10, 11, 12]
    with writing():
        pages.bump(rows={("somewhere", "25000000"): [20], "elsewhere": []})
    here, there = ("somewhere", ""), ("somewhere", "25000000")
    assert changes.between({here: (8, 12)}) == {9, 10, 11, 12}
    assert changes.between({here: (8, 10)}) == {9, 10}
    assert changes.between({here: (11, 12), there: (0, 1), ("elsewhere", ""): (0, 1)}) == {12, 20}
    assert changes.between({here: (4, 12)}) is None
    assert changes.between({here: (4, 12), there: (0, 1)}) is None
    assert changes.between({here: (12, 12)}) == set()
    assert changes.between({here: (12, 11)}) is None
    assert changes.between({("nowhere", ""): (0, 1)}) is None


def test_a_change_under_way_is_seen_once_it_is_made(app):
    """A reader comes while a change is written but not committed; the same change is not passed over afterwards."""
    with writing():
        practice = factories.practice("Ясли", sphere=Sphere.social)
        pages.bump("catalogue")
        one = practice.id
    followed()
    written, go = threading.Event(), threading.Event()

    def change() -> None:
        with app.app_context():
            with writing():
                operations.change_practice(db.session.get_one(Practice, one), {"sphere": Sphere.sport}, by=None)
                written.set()
                go.wait(20)
            db.session.remove()

    writer = threading.Thread(target=change)
    writer.start()
    assert written.wait(20)
    assert followed().facets["sphere"] == {"social": 1 << one}
    go.set()
    writer.join(20)
    assert followed().facets["sphere"] == {"sport": 1 << one}


def test_no_change_of_many_writers_is_missed(app):
    """Each practice changes once, while a reader follows all the time: a change passed over would never come back."""
    writers, each = 3, 12
    with writing():
        made = [factories.practice(f"Практика {number}", sphere=Sphere.social).id for number in range(writers * each)]
        pages.bump("catalogue")
    then = followed()
    failed: list[BaseException] = []

    @retried
    def change(one: int) -> None:
        with writing():
            operations.change_practice(db.session.get_one(Practice, one), {"sphere": Sphere.sport}, by=None)

    def write(ids: list[int]) -> None:
        with app.app_context():
            try:
                for one in ids:
                    change(one)
            except BaseException as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=write, args=(made[number::writers],)) for number in range(writers)]
    for thread in threads:
        thread.start()
    seen = 0
    while any(thread.is_alive() for thread in threads):
        seen = max(seen, followed().facets["sphere"].get("sport", 0).bit_count())
    assert failed == []
    now = followed()
    assert now.region is then.region
    assert everything(now) == everything(full())
    assert now.facets["sphere"] == {"sport": now.published}
    assert now.published.bit_count() == writers * each >= seen


def test_another_region_has_other_neighbours(app):
    before = followed()
    with writing():
        change({"region": "38000000"})
    assert followed().region != before.region
    assert everything(followed()) == everything(full())


def test_other_settings_leave_the_sets_as_they_are(app):
    before = followed()
    with writing():
        change({"name": "Другое имя", "region": factories.REGION})
    assert followed() is before
