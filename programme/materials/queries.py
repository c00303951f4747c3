from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import NotFound

from kernel.db import db
from programme.materials.models import TalkMaterial
from programme.models import Slot


def materials_of(slot: Slot) -> list[TalkMaterial]:
    """Everything a talk has, oldest first, for those who look after it."""
    return list(db.session.scalars(_of(slot)))


def public_materials(slot: Slot) -> list[TalkMaterial]:
    """What visitors may take from a talk given by `public_slot`; nothing from a cancelled one."""
    return [] if slot.cancelled else list(db.session.scalars(_of(slot).where(TalkMaterial.published)))


def material_of(slot: Slot, material_id: int) -> TalkMaterial:
    """A material of a talk already authorised. Raises NotFound."""
    return _one(materials_of(slot), material_id)


def public_material(slot: Slot, material_id: int) -> TalkMaterial:
    """Raises NotFound."""
    return _one(public_materials(slot), material_id)


def _of(slot: Slot) -> Select[TalkMaterial]:
    return (
        select(TalkMaterial)
        .where(TalkMaterial.slot_id == slot.id)
        .order_by(TalkMaterial.id)
        .options(joinedload(TalkMaterial.file))
    )


def _one(materials: list[TalkMaterial], material_id: int) -> TalkMaterial:
    found = next((material for material in materials if material.id == material_id), None)
    if found is None:
        raise NotFound()
    return found
