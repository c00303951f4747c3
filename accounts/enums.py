from __future__ import annotations

import enum


class Role(enum.Enum):
    """Roles of the field; what each may do is in `accounts.permissions`."""

    administrator = "administrator"
    organiser = "organiser"
    section_moderator = "section_moderator"
    assistant = "assistant"
    door = "door"
    speaker = "speaker"
    coordinator = "coordinator"
    curator = "curator"
    approver = "approver"
    methodist = "methodist"
    expert = "expert"
    analyst = "analyst"


class ScopeKind(enum.Enum):
    """What a role is held in. `site` needs no id."""

    site = "site"
    series = "series"
    forum = "forum"
    section = "section"
    territory = "territory"
    organisation = "organisation"


class Sphere(enum.Enum):
    health = "health"
    education = "education"
    culture = "culture"
    social = "social"
    sport = "sport"
    labour = "labour"
    business = "business"
    ngo = "ngo"
    authority = "authority"


class OrganisationKind(enum.Enum):
    authority = "authority"
    social_service = "social_service"
    education = "education"
    health = "health"
    culture = "culture"
    sport = "sport"
    ngo = "ngo"
    employer = "employer"
    university = "university"
    union = "union"
    media = "media"
    other = "other"


class ConsentKind(enum.Enum):
    personal_data = "personal_data"
    mailing = "mailing"
    publication = "publication"
    authorship = "authorship"
    question = "question"
    request = "request"
