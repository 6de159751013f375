"""Words that never rest in clear: secret entries, their promises' notes, and every draft.

Encrypted with the school's own key (core.keys) and bound to their place: moved to another entry or another
version, they don't open. Whoever calls has checked that the person may read.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from core import keys
from counselling.models import Draft, FollowUp, Session, SessionText
from students.models import Student

WORDS = ("line", "facts", "child_words", "action", "reason")


def text_place(session_public_id: uuid.UUID, number: int) -> str:
    return f"counselling_sessiontext:{session_public_id}:{number}"


def note_place(follow_up_public_id: uuid.UUID) -> str:
    return f"counselling_followup:{follow_up_public_id}"


def draft_place(author_id: int, client_id: uuid.UUID) -> str:
    return f"counselling_draft:{author_id}:{client_id}"


def seal(school_id: uuid.UUID, place: str, fields: Mapping[str, Any]) -> bytes:
    """Encrypt fields for one place. Raises keys.KeyMissing once the school's key is destroyed."""
    return keys.school_encrypt(
        school_id, json.dumps(dict(fields), ensure_ascii=False).encode(), bound_to=place
    )


def unseal(school_id: uuid.UUID, place: str, blob: bytes | memoryview) -> dict[str, Any]:
    """The fields that `seal` closed for the same place. Raises keys.KeyMissing or keys.Damaged."""
    fields: dict[str, Any] = json.loads(keys.school_decrypt(school_id, bytes(blob), bound_to=place))
    return fields


def text_columns(session: Session, number: int, words: Mapping[str, str]) -> dict[str, Any]:
    """What the columns of a text hold: its words, or, for a secret entry, only their ciphertext."""
    if not session.is_secret:
        return dict(words)
    school_id = session.student.school.public_id
    return {"sealed": seal(school_id, text_place(session.public_id, number), words)}


def open_text(session: Session, text: SessionText) -> SessionText:
    """The text with its words, in memory only: the database takes no words of a secret entry."""
    if text.sealed is not None:
        place = text_place(session.public_id, text.number)
        words = unseal(session.student.school.public_id, place, text.sealed)
        for name in WORDS:
            setattr(text, name, words[name])
    return text


def note_columns(session: Session, follow_up_public_id: uuid.UUID, note: str) -> dict[str, Any]:
    """The same for the note of a promise; an empty one needs no key."""
    if not session.is_secret or not note:
        return {"note": note}
    school_id = session.student.school.public_id
    return {"sealed": seal(school_id, note_place(follow_up_public_id), {"note": note})}


def open_note(follow_up: FollowUp) -> FollowUp:
    """The promise with its note, in memory only."""
    if follow_up.sealed is not None:
        place = note_place(follow_up.public_id)
        follow_up.note = unseal(follow_up.student.school.public_id, place, follow_up.sealed)["note"]
    return follow_up


def seal_draft(
    student: Student, author_id: int, client_id: uuid.UUID, fields: Mapping[str, list[str]]
) -> bytes:
    return seal(student.school.public_id, draft_place(author_id, client_id), fields)


def open_draft(student: Student, draft: Draft) -> dict[str, list[str]]:
    """What was typed so far: field → values."""
    place = draft_place(draft.author_id, draft.client_id)
    return unseal(student.school.public_id, place, draft.sealed)


def open_newest(limit: int) -> int:
    """For the restore drill (core.rotation): how many of the newest sealed entries open; no word of them."""
    texts = SessionText.objects.filter(sealed__isnull=False).select_related("session__student__school")
    found = list(texts.order_by("-pk")[:limit])
    for text in found:
        open_text(text.session, text)
    return len(found)
