"""Columns of lists of participants: ours, Google Forms', those of sign-up services; and what their cells mean."""

from __future__ import annotations

import re
from collections.abc import Collection

from forum.models import Format
from kernel.documents.headings import Known, Needed
from kernel.text import clean, sort_key
from registrations.details import QUESTIONS

PARTICIPANT_HEADINGS: Known = {
    "name": (
        "ФИО",
        "Фамилия, имя, отчество",
        "Участник",
        "ФИО участника",
        "Name",
        "Surname, first name, patronymic",
        "Full name",
        "Attendee name",
        "Имя и фамилия",
        re.compile(r"\bфио\b|\bф и о\b|фамили.*\bимя|\bимя.*фамили|full name|attendee name"),
    ),
    "surname": ("Фамилия", "Surname", "Last name", "Family name", re.compile(r"\bфамили|\blast name|surname")),
    "first_name": ("Имя", "First name", "Given name", re.compile(r"^(?:ваше )?имя\b|^имя |\bfirst name")),
    "patronymic": ("Отчество", "Patronymic", "Middle name", re.compile(r"\bотчество")),
    "email": (
        "Электронная почта",
        "E-mail",
        "Email",
        "Почта",
        "Эл. почта",
        "Адрес электронной почты",
        "Email address",
        re.compile(r"\be ?mail\b|электронн\w+ (?:почт|адрес)|\bэл почт|\bпочт[ауы]\b"),
    ),
    "format": (
        "Формат",
        "Формат участия",
        "Форма участия",
        "Format",
        re.compile(r"\bформ\w* участия|\bочно\b|\bонлайн\b|\bonline\b|как\w* .*участвовать|attendance (?:type|mode)"),
    ),
    "territory": (
        "Муниципалитет",
        "Территория",
        "Муниципальное образование",
        "Район",
        "Municipality",
        "Город",
        "Населённый пункт",
        "City",
        re.compile(r"муниципал|\bтерритори|населенн\w+ пункт|\bгород(?:а|е)?\b|\bрайон\b|\bоткуда\b|\bcity\b"),
    ),
    "region": (
        "Регион",
        "Субъект РФ",
        "Область",
        "Region",
        "Страна",
        "Country",
        re.compile(r"\bрегион\b|\bсубъект\b|\bстрана\b|\bregion\b|\bcountry\b"),
    ),
    **{key: question.headings for key, question in QUESTIONS.items()},
    "sections": (
        "Секции",
        "Секция",
        "Секции по интересам",
        "Sections",
        re.compile(r"\bсекци|\bsections?\b|тематическ\w+ площадк"),
    ),
    "state": ("Состояние", "State"),
    "consent": (
        "Согласие",
        "Согласие на обработку персональных данных",
        "Consent",
        re.compile(r"^(?!.*(?:рассыл|новост|newsletter|фото|публикац)).*(?:\bсоглас|\bconsent|персональн\w+ данн)"),
    ),
    "status": (
        "Attendee status",
        "Статус заявки",
        "Статус регистрации",
        "Статус билета",
        re.compile(r"\bstatus\b|\bстатус\b"),
    ),
}
PARTICIPANT_NEEDS: Needed = ("email", ("name", "surname", "first_name"))
_IN_PERSON = re.compile(r"\bочн|\bоф+лайн|\boff ?line|\bлично\b|\bв зале|\bin person|присутств|\bonsite|\bon site")
_REMOTE = re.compile(
    r"дистанц|\bонлайн|\bon ?line|удален|\bвкс\b|\bзаочн|\bremote|трансляц|видеоконф|\bвиртуал|\bvirtual|\bzoom\b"
)
_GONE = re.compile(r"отмен|отказ|возврат|аннулир|cancel|refund|delet|declin|not attending|не придет|transferred")
_NO = re.compile(r"^(?:нет|не соглас\w*|no|false|0|отказ\w*|против)\b")
_NUMBER = re.compile(r"^(?:секция|площадка|section)\s*(?:№\s*)?\d*\s*[.:)–—-]?\s*", re.IGNORECASE)


def read_format(text: str) -> Format | None:
    """How somebody takes part, in whatever words; in person when nothing is said, None when it is not clear."""
    key = sort_key(text)
    here, there = _IN_PERSON.search(key), _REMOTE.search(key)
    if not key or (here and not there):
        return Format.in_person
    return Format.remote if there and not here else None


def is_gone(status: str) -> bool:
    """Whether a service's status says that the person has given the place back."""
    return _GONE.search(sort_key(status)) is not None


def is_no(consent: str) -> bool:
    return _NO.match(sort_key(consent)) is not None


def take_sections(text: str, known: Collection[str]) -> tuple[list[str], list[str]]:
    """(keys of `known` named in a cell, parts that name none): by semicolons, lines or commas, which names may hold."""
    found: list[str] = []
    unknown: list[str] = []
    for part in re.split(r"[;\n]", text[:5000]):
        pieces = part.split(",")[:100]
        left: list[str] = []
        while pieces:
            end = next((end for end in range(len(pieces), 0, -1) if _known(",".join(pieces[:end]), known)), 0)
            if end:
                found.append(_known(",".join(pieces[:end]), known))
            else:
                left.append(pieces[0])
            pieces = pieces[end or 1 :]
        if rest := clean(",".join(left)):
            unknown.append(rest)
    return found, unknown


def _known(text: str, known: Collection[str]) -> str:
    """The key of a section's name, with its number or without; "" when there is none."""
    key = sort_key(text)
    bare = sort_key(_NUMBER.sub("", clean(text)))
    return key if key in known else bare if bare in known else ""
