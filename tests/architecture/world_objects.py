"""The objects of our school that URLs in the access matrix point at. Add yours by its argument's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import SESSION_KEY

from accounts.models import BrowserSession
from accounts.roles import Role
from accounts.sessions import SessionStore
from tests import factories
from tests.architecture import world_calls, world_district, world_dormitories, world_home


def _plain(part: str, words: str) -> str:
    return words


def make(
    *,
    school: Any,
    school_class: Any,
    student: Any,
    staff: dict[Role, Any],
    prefix: str = "",
    say: Callable[[str, str], str] = _plain,
) -> dict[str, Any]:
    """Argument name → value for the URL. `say` may put a canary in the place of a text (tests/matrix)."""
    author = factories.make_user(
        f"{prefix}somebody_else"
    )  # nobody of the cast: "only the author" refuses all
    admin = staff[Role.SCHOOL_ADMIN]
    own = {
        "school": school,
        "school_class": school_class,
        "student": student,
        "author": author,
        "admin": admin,
    }
    lin = say("reminder", "Lin Fang")
    return {
        "uidb36": "1",
        "reset_key": "made-up",
        "invitation_token": "made-up",
        **_calendar(school, school_class.year),
        "duty": factories.make_duty(school, author, by=admin).public_id,
        "topic": factories.make_topic(school).public_id,
        **_paper(school, admin, say),
        "school": school.public_id,
        "class": school_class.public_id,
        "user": author.public_id,
        "reminder": factories.make_reminder(school, author, state="uncertain", from_name=lin).public_id,
        "browser_session": _session_of(author),
        **of_pupil(student, author, say=say),
        **world_home.make(**own),
        **world_dormitories.make(**own, say=say),
        **world_calls.make(**own),
        **world_district.make(**own, say=say),
    }


def _calendar(school: Any, year: Any) -> dict[str, Any]:
    return {
        "year": year.starts_on,
        "term": factories.make_term(year).number,
        "day": factories.make_school_day(school).on,
    }


def _paper(school: Any, admin: Any, say: Callable[[str, str], str]) -> dict[str, Any]:
    return {
        "invitation": factories.make_invitation(school, by=admin, name=say("invited", "Li Na")).public_id,
        "report_kind": "json",
        "roster": factories.make_roster(school, by=admin).public_id,
        "roster_row": 2,
        "export": factories.make_export(school, by=admin, cell=say("export", "高敏")).public_id,
    }


def of_pupil(student: Any, author: Any, *, say: Callable[[str, str], str] = _plain) -> dict[str, Any]:
    """What hangs on one pupil: a school-wide talk with a promise, a concern, a use of break-glass."""
    others = {part: say("words", "") for part in ("facts", "child_words", "action", "reason")}
    session = factories.make_session(student, author, line=say("words", "Talked about home."), words=others)
    follow_up = factories.make_follow_up(session, owner=author, note=say("words", ""))
    concern = factories.make_concern(student, author, facts=say("concern", "A bruise on the left arm."))
    reason = say("emergency", "The child ran out of the gate") + " crying and can't be found."
    leave = factories.make_leave(student, author, collector_words=say("contact", "The school bus"))
    return {
        "student": student.public_id,
        "leave": leave.public_id,
        "session": session.public_id,
        "follow_up": follow_up.public_id,
        "concern": concern.public_id,
        "emergency": factories.make_emergency(student, author, reason=reason).public_id,
        **world_calls.of_pupil(student),
        **world_home.of_pupil(student),
    }


def _session_of(user: Any) -> Any:
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store.save()
    return BrowserSession.objects.get(user=user).public_id
