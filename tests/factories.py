"""Objects for tests: plain functions, no surprises. Each adds and flushes; call inside `writing()`.

The same few people everywhere: an organiser, a door volunteer, a municipality's coordinator, an outsider.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from accounts.enums import ConsentKind, OrganisationKind, Role, ScopeKind, Sphere
from accounts.models import Organisation, RoleAssignment, User
from accounts.operations import give_consent, load_consent_texts
from accounts.queries import consent_text
from adoption.models import Adoption
from adoption.operations import Request, start_adoption
from forum.models import Format, Forum, ForumStatus, Quota, Room, Section, Series, Venue
from kernel.db import db
from kernel.text import sort_key
from practices.models import Admission, Practice, PracticeGroup, TargetGroup
from practices.moderation.models import PracticeAuthor
from practices.moderation.operations import add_author
from programme.models import Appearance, Slot, SlotKind
from speakers.models import Speaker
from territories.models import Territory
from territories.operations import load_shipped
from territories.queries import current

IRKUTSK = "25701000"
TAYSHET = "25536000"
KUYTUN = "25622000"
TULUN = "25732000"
REGION = "25000000"
_number = count(1)


def base_world() -> None:
    """What every installation has: territories and consent texts."""
    load_shipped()
    load_consent_texts()


def territory(oktmo: str = IRKUTSK) -> Territory:
    found = current(oktmo)
    assert found is not None
    return found


def _add(thing: Any) -> Any:
    db.session.add(thing)
    db.session.flush()
    return thing


def user(email: str = "", name: str = "Посторонний Илья Пробович", **columns: Any) -> User:
    return _add(User(email=email or f"user{next(_number)}@example.org", name=name, **columns))


def give(person: User, role: Role, kind: ScopeKind = ScopeKind.site, scope_id: int | None = None) -> User:
    person.assignments.append(RoleAssignment(role=role, scope_kind=kind, scope_id=scope_id))
    db.session.flush()
    return person


def administrator() -> User:
    return give(user("admin@example.org", "Админова Ада Тестовна"), Role.administrator)


def organiser(series: Series) -> User:
    return give(user("", "Устроитель Олег Пробович"), Role.organiser, ScopeKind.series, series.id)


def door_volunteer(forum: Forum) -> User:
    return give(user("", "Дверников Вова Пробович"), Role.door, ScopeKind.forum, forum.id)


def coordinator(oktmo: str = TAYSHET) -> User:
    return give(user("", "Районная Рита Тестовна"), Role.coordinator, ScopeKind.territory, territory(oktmo).id)


def curator() -> User:
    return give(user("", "Советник Сева Тестович"), Role.curator, ScopeKind.territory, territory(REGION).id)


def organisation(name: str = "", oktmo: str = TAYSHET, **columns: Any) -> Organisation:
    number = next(_number)
    return _add(
        Organisation(
            code=f"organisation-{number}",
            name=name or f"Центр помощи семье № {number}",
            kind=OrganisationKind.social_service,
            sphere=Sphere.social,
            territory_id=territory(oktmo).id,
            **columns,
        )
    )


def series(slug: str = "prosemyu", **columns: Any) -> Series:
    columns.setdefault("territory_id", territory(REGION).id)
    return _add(Series(slug=slug, name="«ПроСемью»", **columns))


def forum(slug: str = "prosemyu-2027", in_series: Series | None = None, **columns: Any) -> Forum:
    """An announced forum on 22 April 2027, registration open, 100 places in person, remote unlimited."""
    places = columns.pop("places", 100)
    values: dict[str, Any] = {
        "name": "Форум «ПроСемью-2027»",
        "date_start": date(2027, 4, 22),
        "date_end": date(2027, 4, 22),
        "territory_id": territory(IRKUTSK).id,
        "place": "Иркутск",
        "status": ForumStatus.announced,
        "programme_published": True,
        "registration_opens": date(2027, 2, 1),
        "registration_closes": date(2027, 4, 20),
    }
    made: Forum = _add(Forum(slug=slug, series_id=(in_series or series()).id, **(values | columns)))
    _add(Quota(forum_id=made.id, format=Format.in_person, capacity=places))
    _add(Quota(forum_id=made.id, format=Format.remote, capacity=None))
    return made


def room(of: Forum, name: str = "Зал 1") -> Room:
    venue = of.venues[0] if of.venues else _add(Venue(forum_id=of.id, name="Дом проверок", address="ул. Пробная, 1"))
    db.session.refresh(of)
    return _add(Room(venue_id=venue.id, name=name, seats=100))


def section(of: Forum, slug: str = "early-help", name: str = "Ранняя помощь", **columns: Any) -> Section:
    values: dict[str, Any] = {"stream_url": "https://example.org/stream/1", "moderator": "руководитель центра"}
    return _add(Section(forum_id=of.id, slug=slug, name=name, **(values | columns)))


def slot(of: Section, title: str = "Домашний консультант", starts: datetime | None = None, **columns: Any) -> Slot:
    """A 20-minute item beginning at 10:00 on the forum's first day."""
    begin = starts or datetime.combine(of.forum.date_start, datetime.min.time()).replace(hour=10)
    values: dict[str, Any] = {"kind": SlotKind.talk, "ends": begin + timedelta(minutes=20), "room_id": of.room_id}
    return _add(Slot(forum_id=of.forum_id, section_id=of.id, title=title, starts=begin, **(values | columns)))


def speaker(of: Series, name: str = "Примерова Анна Сергеевна", agreed: bool = True, **columns: Any) -> Speaker:
    """Somebody whose name is shown, by a consent on paper; not `agreed`: somebody who has not been asked."""
    made = _add(Speaker(series_id=of.id, name=name, identity_key=sort_key(name), **columns))
    if agreed:
        text = consent_text(ConsentKind.publication, "ru")
        assert text is not None
        give_consent(text.id, "speaker", made.id, address="", on_paper=True)
        made.hidden = False
        db.session.flush()
    return made


def appearance(at: Slot, who: Speaker, **columns: Any) -> Appearance:
    return _add(Appearance(slot_id=at.id, speaker_id=who.id, position=who.position, **columns))


def practice(name: str = "Домашний консультант", slug: str = "", **columns: Any) -> Practice:
    """A published practice with its card filled."""
    values: dict[str, Any] = {
        "effect": "Специалист приходит домой и учит родителей.",
        "what_is_done": "Выездная служба ранней помощи.",
        "who_does_it": "Два специалиста центра.",
        "what_is_needed": "Автомобиль и методики.",
        "contact_name": "Авторова Алла Тестовна",
        "contact_email": "author@example.org",
        "territory_id": territory(IRKUTSK).id,
        "sphere": Sphere.social,
        "admission": Admission.published,
    }
    groups = columns.pop("groups", [TargetGroup.disabled_child])
    made: Practice = _add(Practice(slug=slug or f"practice-{next(_number)}", name=name, **(values | columns)))
    for group in groups:
        _add(PracticeGroup(practice_id=made.id, target_group=group))
    db.session.refresh(made)
    return made


def methodist() -> User:
    return give(user("", "Карточкина Мария Тестовна"), Role.methodist)


def expert() -> User:
    return give(user("", "Оценкин Егор Пробович"), Role.expert)


def author(of: Practice, email: str = "avtor@example.org", name: str = "Авторова Алла Тестовна") -> PracticeAuthor:
    """Somebody with a personal link to the practice; the letter is queued."""
    return add_author(of, name, email, by=None)


def adoption(of: Practice, oktmo: str = TAYSHET, by: User | None = None, **columns: Any) -> Adoption:
    """A new organisation of the territory begins to think about the practice."""
    who = organisation(oktmo=oktmo)
    request = Request("Контактова Клара", "contact@example.org", "Помочь семьям района.")
    made = start_adoption(of, who, request, by=by, letters=False)
    made = made[0] if isinstance(made, tuple) else made
    for name, value in columns.items():
        setattr(made, name, value)
    db.session.flush()
    return made
