"""What may be permitted: one list for all features. Where somebody may do it is the scope of their role.

Which role may do what stands in `accounts.permissions`; each feature's manifest names the permissions it asks for.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Permission(StrEnum):
    """ "feature:thing:verb", and in words."""

    def __new__(cls, code: str, meaning: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.__doc__ = meaning
        return member

    EDIT_USERS = "accounts:user:edit", "People, their roles with scopes, handing over."
    EDIT_SETTINGS = "accounts:settings:edit", "What the operator of the site says of itself, consents, the region."
    EDIT_TERRITORIES = "territories:territory:edit", "The list of municipalities, their boundaries and tiles."
    VIEW_LOG = "activity:log:view", "Who did what, of the subjects the person may see."

    OPEN_FORUMS = "work:forums:open", "The work area of forums: lists and desks."
    EDIT_SERIES = "forum:series:edit", "Series of forums, their name and region."
    EDIT_FORUMS = "forum:forum:edit", "A forum's data, venues, rooms, sections, its publication."
    EDIT_PROGRAMME = "forum:programme:edit", "Items of the programme, speakers, materials, papers of a forum."
    OPEN_HALL = "work:hall:open", "The running order of one's own sections."
    OWN_PROFILE = "speakers:profile:own", "One's own page as a speaker, and the consent to be named."

    VIEW_REGISTRATIONS = "registrations:registration:view", "The list of participants, and the files made of it."
    EDIT_REGISTRATIONS = "registrations:registration:edit", "Participants added, changed, cancelled, imported."
    ERASE_REGISTRATIONS = "registrations:registration:erase", "A participant's personal data erased at every forum."
    WORK_AT_THE_DOOR = "registrations:door:work", "Tickets scanned, people found by name and let in."

    OPEN_PRACTICES = "work:practices:open", "The work area of practices: what waits, what is published."
    EDIT_PRACTICES = "practices:practice:edit", "Passports written, reviewed, sent back with comments."
    PUBLISH_PRACTICES = "practices:practice:publish", "Passports put into the catalogue, or taken out of it."
    GRADE_PRACTICES = "practices:practice:grade", "An expert's grade of evidence and readiness."

    OPEN_CABINET = "work:cabinet:open", "The work area of a municipality."
    START_ADOPTIONS = (
        "adoption:adoption:start",
        "A practice taken over for an organisation, also on behalf of its municipality.",
    )
    EDIT_ADOPTIONS = "adoption:adoption:edit", "Stages, evidence, contacts of the municipality's own adoptions."
    VIEW_ADOPTIONS = "adoption:adoption:view", "Every adoption of the scope, the adviser's sheet."
    CONFIRM_LAUNCHES = "adoption:adoption:confirm", "A launch confirmed, or sent back, after looking at the evidence."
    RING_CONTACTS = "adoption:contact:ring", "Telephones of contacts, to ring those who stand still."
    LEAD_ROUNDS = "adoption:round:lead", "The quarterly question: opened, reminded of, closed, answers on paper."
    OPEN_FIGURES = "work:figures:open", "The work area of an analyst: figures of their territories."
    OPEN_APPROVAL = "work:approval:open", "The work area of whoever approves: figures, confirmations."
