"""What the demo's counsellors seal, encrypted with their school's key as the program does it."""

from __future__ import annotations

import uuid
from typing import Any

from counselling import sealing
from counselling.models.session import SECRET
from demo import rows


def seal(made: rows.Rows, school_id: uuid.UUID) -> None:
    """Close the words of the secret entries among `made`, and the notes of their promises."""
    names = {session.id: session.public_id for session in made.of(rows.Session)}
    made.replace(rows.SessionText, [_text(text, names, school_id) for text in made.of(rows.SessionText)])
    made.replace(rows.FollowUp, [_promise(promise, school_id) for promise in made.of(rows.FollowUp)])


def _text(text: rows.SessionText, names: dict[int, uuid.UUID], school_id: uuid.UUID) -> rows.SessionText:
    if text.level not in SECRET:
        return text
    words = {name: getattr(text, name) for name in sealing.WORDS}
    place = sealing.text_place(names[text.session_id], text.number)
    closed: dict[str, Any] = {**dict.fromkeys(words, ""), "sealed": sealing.seal(school_id, place, words)}
    return text._replace(**closed)


def _promise(promise: rows.FollowUp, school_id: uuid.UUID) -> rows.FollowUp:
    if promise.level not in SECRET or not promise.note:
        return promise
    place = sealing.note_place(promise.public_id)
    return promise._replace(note="", sealed=sealing.seal(school_id, place, {"note": promise.note}))
