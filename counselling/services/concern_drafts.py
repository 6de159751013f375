"""Keeping a report while it is typed: encrypted, on the server, for its author alone."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from counselling.models import Concern, ConcernDraft
from counselling.selectors import concerns as selectors
from counselling.services.concern_words import seal_draft, unseal_draft
from counselling.services.drafts import MAX_CHARACTERS, CannotKeep
from schools.models import School


@dataclass(frozen=True)
class OpenDraft:
    """What was typed so far, by field."""

    client_id: uuid.UUID
    changed_at: datetime
    fields: dict[str, list[str]]


@transaction.atomic
def save_draft(
    *, school: School, client_id: uuid.UUID, fields: Mapping[str, list[str]], by: User, now: datetime
) -> ConcernDraft | None:
    """Keep the form as typed so far. None when the report is already made: a late draft must not come back.

    Raises CannotKeep above MAX_CHARACTERS.
    """
    kept = {name: list(values) for name, values in fields.items()}
    if len(json.dumps(kept, ensure_ascii=False)) > MAX_CHARACTERS:
        raise CannotKeep(_("This is more text than a draft can hold. Shorten it."))
    if Concern.objects.filter(reporter=by, client_id=client_id).exists():
        return None
    draft, _created = ConcernDraft.objects.update_or_create(
        author=by,
        client_id=client_id,
        defaults={"school": school, "sealed": seal_draft(school, client_id, kept), "changed_at": now},
    )
    return draft


def open_draft(*, by: User) -> OpenDraft | None:
    """What this person left unfinished, the newest."""
    draft = selectors.draft_of(by)
    if draft is None:
        return None
    fields = unseal_draft(draft.school, draft.client_id, bytes(draft.sealed))
    return OpenDraft(draft.client_id, draft.changed_at, fields)


@transaction.atomic
def discard_drafts(*, by: User) -> int:
    """Throw away what this person left unfinished; returns how many."""
    return ConcernDraft.objects.filter(author=by).delete()[0]
