"""What the tests of concerns share."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from counselling import access_concerns as access
from counselling.services import concerns
from counselling.services.concern_words import Words
from counselling.services.concerns import ConcernDetails
from tests import factories

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)  # ten in the morning
TODAY = NOW.date()
SAID = "He flinched when I lifted my hand."


def report(student, by, *, about=None, now=NOW, facts=SAID, client_id=None, **details):
    chosen = {"category": "changed", "urgency": 2, "told_in_person": True, "happened_at": now} | details
    return concerns.report_concern(
        student=student,
        client_id=client_id or uuid.uuid4(),
        words=Words(facts),
        details=ConcernDetails(about_staff=about, **chosen),
        by=by,
        now=now,
    )


def member(name, role, **scope):
    user = factories.make_user(name, email=f"{name}@school.test")
    factories.make_membership(user, role, **scope)
    return user


def reads(user, concern):
    """The page's own two questions at once: the list and the row agree."""
    reason = access.reading_reason(user, concern, on=TODAY)
    assert access.readable_concerns(user, on=TODAY).filter(pk=concern.pk).exists() is (reason is not None)
    return reason is not None
