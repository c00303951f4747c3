"""The index text of a practice, with the words people use for each group and sphere (a synonym table in small)."""

from __future__ import annotations

from accounts.enums import Sphere
from kernel.search import Document
from practices.models import Practice, TargetGroup

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
    """What the index keeps of a practice: its name first, then everything a seeker may name."""
    words = [GROUP_WORDS[group] for group in practice.target_groups]
    body = [practice.effect, practice.what_is_done, practice.who_does_it, practice.what_is_needed]
    body += [practice.problem, practice.goal, practice.conditions, practice.first_unit]
    body += practice.ages + practice.situations + practice.core + practice.adaptable + practice.materials
    body += [step["text"] for step in practice.steps] + [item["text"] for item in practice.resources]
    body += [risk["risk"] for risk in practice.risks] + [row["indicator"] or "" for row in practice.results]
    body += [SPHERE_WORDS[practice.sphere], practice.territory.name, practice.territory.center]
    if practice.organisation:
        body += [practice.organisation.name, practice.organisation.short_name]
    return Document(practice.id, " ".join([practice.name, *words]), " ".join(body))
