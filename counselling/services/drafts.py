"""Keeping what somebody types, on the server only."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from counselling import sealing
from counselling.models import ConcernDraft, Draft, Session
from students.models import Student

# Room for every field of the quick log filled to its end, in Chinese too.
MAX_CHARACTERS = 60_000
KEPT = timedelta(days=30)


class CannotKeep(Exception):
    """The draft is too large to keep; the message may be shown."""


@transaction.atomic
def save_draft(
    *, student: Student, client_id: uuid.UUID, fields: Mapping[str, list[str]], by: User, now: datetime
) -> Draft | None:
    """Keep the form as typed so far. None when the talk is already saved: a late draft must not come back.

    Raises CannotKeep above MAX_CHARACTERS.
    """
    # The entry's columns take no null byte; without it, what was typed is worth keeping.
    fields = {_clean(name): [_clean(value) for value in values] for name, values in fields.items()}
    if len(json.dumps(fields, ensure_ascii=False)) > MAX_CHARACTERS:
        raise CannotKeep(_("This is more text than a draft can hold. Shorten it."))
    if Session.objects.filter(author=by, client_id=client_id).exists():
        return None
    draft, _created = Draft.objects.update_or_create(
        author=by,
        client_id=client_id,
        defaults={
            "school_id": student.school_id,
            "student": student,
            "sealed": sealing.seal_draft(student, by.pk, client_id, fields),
            "changed_at": now,
        },
    )
    return draft


def _clean(text: str) -> str:
    return text.replace("\x00", "")


@transaction.atomic
def discard_draft(*, draft: Draft, by: User) -> None:
    """Throw a draft away; only its author does."""
    Draft.objects.filter(pk=draft.pk, author=by).delete()


@transaction.atomic
def remove_old_drafts(*, now: datetime) -> int:
    """Drafts nobody came back to within thirty days go; returns how many."""
    old = {"changed_at__lt": now - KEPT}
    return Draft.objects.filter(**old).delete()[0] + ConcernDraft.objects.filter(**old).delete()[0]
