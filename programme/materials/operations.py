from __future__ import annotations

from activity.operations import record
from forum.operations import touch
from kernel.access import SignedIn
from kernel.db import db
from kernel.files import StoredFile, discard
from programme.materials.models import TalkMaterial
from programme.models import Slot


def add_material(slot: Slot, title: str, stored: StoredFile, *, published: bool, by: SignedIn) -> TalkMaterial:
    """Attach a file to a talk. `stored`: written by `kernel.files.write` before `writing()`."""
    db.session.add(stored)
    db.session.flush()
    material = TalkMaterial(slot_id=slot.id, title=title, file_id=stored.id, published=published)
    db.session.add(material)
    record(by, "slot.material_added", slot, title=title)
    touch(slot.forum)
    return material


def publish_material(material: TalkMaterial, published: bool, *, by: SignedIn) -> None:
    """Show it to visitors, or hide it again; done twice it does no more than once."""
    if material.published is published:
        return
    material.published = published
    action = "slot.material_published" if published else "slot.material_hidden"
    record(by, action, material.slot, title=material.title)
    touch(material.slot.forum)


def remove_material(material: TalkMaterial, *, by: SignedIn) -> None:
    """It goes with its file."""
    slot, stored = material.slot, material.file
    record(by, "slot.material_removed", slot, title=material.title)
    db.session.delete(material)
    db.session.flush()
    discard([(stored.id, stored.uuid)])
    touch(slot.forum)
