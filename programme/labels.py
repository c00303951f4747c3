from __future__ import annotations

from flask_babel import lazy_gettext as _l

from programme.models import SlotKind, TalkFormat

KIND_LABELS = {
    SlotKind.opening: _l("Opening"),
    SlotKind.talk: _l("Talk"),
    SlotKind.break_: _l("Break"),
    SlotKind.lunch: _l("Lunch"),
    SlotKind.open_microphone: _l("Open microphone"),
    SlotKind.film: _l("Film"),
    SlotKind.closing: _l("Closing"),
}
TALK_FORMAT_LABELS = {
    TalkFormat.in_person: _l("in person"),
    TalkFormat.remote: _l("remotely"),
    TalkFormat.recorded: _l("recorded"),
}
LOG_ACTIONS = {
    "programme.imported": _l("programme loaded from a file"),
    "slot.added": _l("programme item added"),
    "slot.changed": _l("programme item changed"),
    "slot.cancelled": _l("programme item cancelled"),
    "slot.material_added": _l("material of a talk attached"),
    "slot.material_hidden": _l("material of a talk hidden"),
    "slot.material_published": _l("material of a talk published"),
    "slot.material_removed": _l("material of a talk taken away"),
    "slot.restored": _l("programme item brought back"),
}
