"""Closing and opening the words of a concern with the school's key. Nothing else touches them."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass

from core import keys
from counselling.models import Concern, ConcernText
from schools.models import School


@dataclass(frozen=True)
class Words:
    """What was reported: facts, apart from the child's own words and what the writer did (KCSIE annex C)."""

    facts: str
    child_words: str = ""
    action: str = ""


def seal(concern: Concern, client_id: uuid.UUID, words: Words) -> bytes:
    """Encrypt for one row: moved to another row, school or report, it doesn't open."""
    data = json.dumps(asdict(words), ensure_ascii=False).encode()
    return keys.school_encrypt(concern.school.public_id, data, bound_to=_place(concern, client_id))


def unseal(concern: Concern, text: ConcernText) -> Words:
    """The words of a row. Raises keys.KeyMissing, keys.Damaged."""
    place = _place(concern, text.client_id)
    data = keys.school_decrypt(concern.school.public_id, bytes(text.sealed), bound_to=place)
    return Words(**json.loads(data))


def seal_draft(school: School, client_id: uuid.UUID, fields: dict[str, list[str]]) -> bytes:
    data = json.dumps(fields, ensure_ascii=False).encode()
    return keys.school_encrypt(school.public_id, data, bound_to=f"counselling_concerndraft:{client_id}")


def unseal_draft(school: School, client_id: uuid.UUID, sealed: bytes) -> dict[str, list[str]]:
    """A draft's fields as typed. Raises keys.KeyMissing, keys.Damaged."""
    data = keys.school_decrypt(school.public_id, sealed, bound_to=f"counselling_concerndraft:{client_id}")
    fields: dict[str, list[str]] = json.loads(data)
    return fields


def _place(concern: Concern, client_id: uuid.UUID) -> str:
    return f"counselling_concerntext:{concern.public_id}:{client_id}"
