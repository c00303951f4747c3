"""What a text of a programme looks like: a person, a place, a section's heading, a room, a kind of item."""

from __future__ import annotations

import re

from kernel.text import clean, sort_key

_NAME = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ]?[а-яё]+)?"
_INITIALS = r"[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?"
_PATRONYMIC = r"[А-ЯЁ][а-яё]+(?:вич|вна|ична|ьич|кызы|оглы)"
PERSON = re.compile(
    rf"(?:{_NAME}\s+{_INITIALS}|{_INITIALS}\s?{_NAME}|{_NAME}\s+{_NAME}\s+{_PATRONYMIC}|{_NAME}\s+{_PATRONYMIC}\s+{_NAME})"
    r"(?=$|[\s,;:()–—-])"
)
"""A name with initials or a patronymic, at the beginning of a text."""
_CAPITALS = re.compile(r"(?:[^\W\d_][\w'’-]*\.?\s*){1,4}")
PLACE = re.compile(
    r"(?:г\.|гор\.|город|пос\.|поселок|посёлок|п\.|пгт\.?|р\.\s?п\.|рп|с\.|село|д\.|деревня|ст\.)\s*[А-ЯЁ][\w\s.-]*"
    r"|[А-ЯЁ][\w\s-]*\s(?:муниципальный\s|городской\s)?(?:район|округ|р-н|область|обл\.|край|республика)"
    r"|(?:Республика|Край)\s[А-ЯЁ][\w\s()-]*"
    rf"|{_NAME}(?:-[А-Яа-яё]+)*(?:\s{_NAME})?"
)
ORGANISATION = re.compile(
    r"[А-ЯЁ]{2,}\b|«|(?:центр|школа|больница|поликлиника|детский сад|колледж|техникум|университет|институт|министерство"
    r"|администрация|управление|департамент|фонд|ассоциация|служба|комплекс|библиотека|музей|дом|союз)\b",
    re.IGNORECASE,
)
SECTION = re.compile(
    r"(?:(?:тематическ\w+|дискуссионн\w+|экспертн\w+)\s+)?"
    r"(?:секция|секции|площадка|подсекция|трек|поток|панель|круглый стол|мастер-класс|пленарн\w+|блок|section|track)"
    r"(?!\w)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:(?:тематическ\w+\s+)?(?:секция|площадка|подсекция|трек|поток|блок|section|track))"
    r"\s*(?:№\s*)?(?:\d{1,2}|[IVX]{1,4}|[А-ЯA-Z](?![\wа-яё]))?\s*[.:)–—-]?\s*",
    re.IGNORECASE,
)
_ROOM = r"(?:актовый\s+|большой\s+|малый\s+|конференц-|читальный\s+|зеркальный\s+|концертный\s+)?"
_ROOM += r"(?:зал|аудитория|ауд\.|кабинет|каб\.|фойе|холл|комната|room|hall|сцена|лекторий|ком\.)(?!\w)"
ROOM = re.compile(_ROOM, re.IGNORECASE)
_ROOM_AT_END = re.compile(
    rf"(?:[,;(–—]|\s-|\.\s)\s*((?:[^\W\d_][\w-]*\s+){{0,2}}?{_ROOM}[^,;()]{{0,40}})\)?\s*$", re.IGNORECASE
)
REMARK = re.compile(
    r"(?:со)?модератор|ведущ(?:ий|ая|ие)|председател|куратор|координатор|эксперт(?:ы|:)|ссылка|трансляция|подключ"
    r"|https?:|\*|примечание|участник|приглаш",
    re.IGNORECASE,
)
"""What stands under a section's heading and is not read."""
WHERE = re.compile(r"(?:место(?: проведения)?|зал|аудитория|адрес)\s*:\s*", re.IGNORECASE)
OLD = re.compile(r"копия|стар(?:ая|ый|ое)|чернов|архив|прошл|\bold\b|\bcopy\b|draft|backup", re.IGNORECASE)
"""Names of sheets that are put aside."""
HEADLINE = re.compile(r"программ|форум|повестк|регламент|утвержд|расписан|конференц|приложени", re.IGNORECASE)
_FORMAT = re.compile(r"\s*[(\[]\s*([^()\[\]]{2,30})\s*[)\]]")
KINDS_BY_PATTERN = (
    (re.compile(r"кофе|перерыв|пауза|break|coffee"), "перерыв"),
    (re.compile(r"регистрац|сбор участник|registration"), "перерыв"),
    (re.compile(r"обед|ланч|фуршет|lunch"), "обед"),
    (re.compile(r"(?:торжественн\w+ )?(?:церемония )?открыти[ея]|приветств|opening"), "открытие"),
    (re.compile(r"(?:торжественн\w+ )?закрыти[ея]|подведение итогов|closing"), "закрытие"),
    (re.compile(r"открытый микрофон|свободный микрофон|дискусси|обсужден|ответы на вопросы|open mic"), "дискуссия"),
    (re.compile(r"кинопоказ|показ фильма|фильм|видеоролик|film"), "фильм"),
)
SHARED = ("перерыв", "обед", "открытие", "закрытие")
"""What concerns everybody, whatever room it is in."""


def kind_of(title: str) -> str:
    """The kind of an item without speakers by its title; "" for a talk."""
    key = clean(title[:200]).casefold()
    return next((kind for pattern, kind in KINDS_BY_PATTERN if pattern.match(key)), "")


def without_format(title: str, known: dict[str, object]) -> tuple[str, str]:
    """«Отец и школа (дистанционно)» → the title and the way of taking part."""
    for found in _FORMAT.finditer(title[:600]):
        if sort_key(found[1]) in known:
            return clean(title[: found.start()] + " " + title[found.end() :]), found[1]
    return title, ""


def is_person(text: str) -> bool:
    """Surely a name: with initials or a patronymic."""
    return PERSON.match(text[:200]) is not None


def may_be_name(text: str) -> bool:
    """Perhaps a name: two to four words, each with a capital."""
    words = text[:120].split()
    return (
        2 <= len(words) <= 4
        and all(word[:1].isupper() for word in words)
        and _CAPITALS.fullmatch(text[:120]) is not None
    )


def is_place(text: str) -> bool:
    return len(text) < 80 and PLACE.fullmatch(text) is not None


def take_room(text: str) -> tuple[str, str]:
    """(the text without it, the room): «Секция 1. «Отцы», зал 2», «Место: зал 2»."""
    if found := WHERE.match(text):
        rest = text[found.end() :] if not ROOM.match(found[0]) else text.replace(":", "", 1)
        return "", clean(rest)
    if ROOM.match(text) and len(text) < 60:
        return "", text
    if (found := _ROOM_AT_END.search(text[:400])) and len(text) <= 400:
        return text[: found.start()].rstrip(" ,;"), found[1]
    return text, ""


def section_name(text: str, sections: frozenset[str]) -> str:
    """«Секция 1. «Отцы»» → «Отцы»; as it is when it is a known section's name or nothing would be left."""
    if sort_key(text) in sections:
        return text
    found = _NUMBERED.match(text)
    bare = text[found.end() :].strip(" .") if found else text
    if bare[:1] in '«"“' and bare[-1:] in '»"”' and not set(bare[1:-1]) & set('«»"“”'):
        bare = bare[1:-1].strip()
    return bare if len(bare) > 1 else text
