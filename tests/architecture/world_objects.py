"""The objects of our school that URLs in the access matrix point at. Add yours by its argument's name."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY

from accounts.models import BrowserSession
from accounts.roles import Role
from accounts.sessions import SessionStore
from tests import factories


def make(*, school: Any, school_class: Any, student: Any, staff: dict[Role, Any]) -> dict[str, Any]:
    """Argument name → value for the URL."""
    author = factories.make_user("somebody_else")  # nobody of the cast: so "only the author" refuses all
    session = factories.make_session(student, author)
    follow_up = factories.make_follow_up(session, owner=author)
    roster = factories.make_roster(school, by=staff[Role.SCHOOL_ADMIN])
    reminder = factories.make_reminder(school, author, state="uncertain")
    year = school_class.year
    term = factories.make_term(year)
    day = factories.make_school_day(school)
    invitation = factories.make_invitation(school, by=staff[Role.SCHOOL_ADMIN])
    return {
        "uidb36": "1",
        "reset_key": "made-up",
        "invitation_token": "made-up",
        "invitation": invitation.public_id,
        "year": year.starts_on,
        "term": term.number,
        "day": day.on,
        "duty": factories.make_duty(school, author, by=staff[Role.SCHOOL_ADMIN]).public_id,
        "emergency": factories.make_emergency(student, author).public_id,
        "topic": factories.make_topic(school).public_id,
        "roster": roster.public_id,
        "roster_row": 2,
        "export": factories.make_export(school, by=staff[Role.SCHOOL_ADMIN]).public_id,
        "report_kind": "json",
        "school": school.public_id,
        "class": school_class.public_id,
        "student": student.public_id,
        "session": session.public_id,
        "concern": factories.make_concern(student, author).public_id,
        "user": author.public_id,
        "follow_up": follow_up.public_id,
        "reminder": reminder.public_id,
        "browser_session": _session_of(author),
    }


def _session_of(user: Any) -> Any:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store.save()
    return BrowserSession.objects.get(user=user).public_id
