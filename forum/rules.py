from __future__ import annotations

from forum.models import ForumStatus

_BEFORE = {
    ForumStatus.draft: (ForumStatus.announced,),
    ForumStatus.announced: (ForumStatus.draft, ForumStatus.finished),
    ForumStatus.finished: (ForumStatus.announced,),
}
_OVER = {
    ForumStatus.draft: (ForumStatus.finished,),
    ForumStatus.announced: (ForumStatus.finished, ForumStatus.draft),
    ForumStatus.finished: (ForumStatus.draft,),
}


def moves(status: ForumStatus, over: bool) -> tuple[ForumStatus, ...]:
    """What an organiser may make of a forum in this state. `over`: its last day has passed."""
    return (_OVER if over else _BEFORE)[status]
