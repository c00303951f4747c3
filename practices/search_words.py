"""The index text of a practice, with the words people use for each group and sphere; the synonyms of the field."""

from __future__ import annotations

from pathlib import Path

from accounts.enums import Sphere
from kernel.search import Document
from practices.models import Practice, TargetGroup

SYNONYMS = Path(__file__).parent / "data" / "synonyms.txt"

GROUP_WORDS = {
    TargetGroup.all: "все семьи",
    TargetGroup.large: "многодетные семьи многодетность",
    TargetGroup.young: "молодые семьи молодёжь молодожёны",
    TargetGroup.student: "студенческие семьи студенты студентки",
    TargetGroup.disabled_child: "дети-инвалиды ребёнок с инвалидностью дети с ОВЗ особый ребёнок особенные дети",
    TargetGroup.svo: "семьи участников СВО бойцов военнослужащих мобилизованных ветеранов",
    TargetGroup.hardship: "трудная жизненная ситуация неблагополучие малоимущие бедность социально опасное положение",
    TargetGroup.foster: "приёмные замещающие семьи сироты опека усыновление",
    TargetGroup.fathers: "отцы папы отцовство",
    TargetGroup.pregnant: "беременные молодые мамы будущие матери роды",
    TargetGroup.working: "работающие родители сотрудники работодатель предприятие",
    TargetGroup.teens: "подростки школьники несовершеннолетние",
}
SPHERE_WORDS = {
    Sphere.health: "здравоохранение медицина больница",
    Sphere.education: "образование школа детский сад",
    Sphere.culture: "культура",
    Sphere.social: "соцзащита социальная защита",
    Sphere.sport: "спорт физкультура",
    Sphere.labour: "труд занятость",
    Sphere.business: "бизнес предприятие компания работодатель",
    Sphere.ngo: "НКО общественная организация некоммерческая",
    Sphere.authority: "власть администрация",
}


def document(practice: Practice) -> Document:
    """What the index keeps of a practice: its name, the words people use for it, the card, then the passport."""
    tags = [GROUP_WORDS[group] for group in practice.target_groups]
    tags += [practice.territory.name, practice.territory.center]
    if practice.sphere:
        tags.append(SPHERE_WORDS[practice.sphere])
    if practice.organisation:
        tags += [practice.organisation.name, practice.organisation.short_name]
    return Document(
        practice.id,
        title=practice.name,
        tags=" ".join(tags),
        lead=" ".join([practice.effect, *practice.situations, practice.what_is_done]),
        body=" ".join(passages(practice)),
    )


def passages(practice: Practice) -> list[str]:
    """The texts of the passport beyond name and effect, those nearest to an adopter's question first."""
    found = [*practice.situations, practice.what_is_done, practice.problem, practice.goal, practice.who_does_it]
    found += [practice.what_is_needed, practice.conditions, practice.first_unit, *practice.core, *practice.adaptable]
    found += [step["text"] for step in practice.steps] + [item["text"] for item in practice.resources]
    found += [risk["risk"] for risk in practice.risks] + [row["indicator"] or "" for row in practice.results]
    return [text for text in [*found, *practice.ages, *practice.materials] if text]
