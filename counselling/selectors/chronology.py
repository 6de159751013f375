"""Talks in the child's chronology."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from counselling import access
from counselling.models import FollowUp, LinkedPupil, Session, SessionText
from students.models import Student
from students.registry import Entry, Position, Source


def talk_entries(
    user: User, student: Student, now: datetime, before: Position | None, limit: int
) -> list[Entry]:
    """The talks this person may know of, newest first; five queries however many.

    School-wide entries carry their words. A closed one is a grey line: its words, its mood and its topics
    are fetched only on request, by counselling.views.talks.talk, which leaves an audit event.
    """
    rights = access.reading(user, student, on=timezone.localdate(now))
    sessions = Session.objects.filter(rights.known(), student=student)
    if before is not None:
        sessions = sessions.filter(before.older("talk", "happened_at"))
    page = list(
        sessions.select_related("author").prefetch_related("topics").order_by("-happened_at", "-pk")[:limit]
    )
    open_ids = [one.pk for one in page if rights.may_read(one) and not _is_closed(one)]
    texts = latest_texts(open_ids)
    promises = _follow_ups(open_ids)
    return [
        Entry(
            Position(one.happened_at, "talk", one.pk),
            "talk",
            "counselling/_entry_talk.html",
            "counselling/_print_talk.html",
            {
                "session": one,
                "text": texts.get(one.pk),
                "follow_ups": promises[one.pk],
                "may_read": rights.may_read(one),
                "is_mine": one.author_id == user.pk,
            },
        )
        for one in page
    ]


def _is_closed(session: Session) -> bool:
    return session.is_closed or session.withdrawn_at is not None


def latest_texts(session_ids: list[int]) -> dict[int, SessionText]:
    """The newest words of each school-wide entry; the caller has checked that they may be read."""
    texts = SessionText.objects.filter(session_id__in=session_ids, level=Session.Sensitivity.SCHOOL)
    return {text.session_id: text for text in texts.order_by("session_id", "-number").distinct("session_id")}


def _follow_ups(session_ids: list[int]) -> dict[int, list[FollowUp]]:
    found: dict[int, list[FollowUp]] = defaultdict(list)
    rows = (
        FollowUp.objects.filter(session_id__in=session_ids).select_related("owner").order_by("due_on", "pk")
    )
    for follow_up in rows:
        found[follow_up.session_id].append(follow_up)
    return found


def linked_entries(
    user: User, student: Student, now: datetime, before: Position | None, limit: int
) -> list[Entry]:
    """Talks with other pupils that concern this one too: the fact and a link, never the words."""
    links = LinkedPupil.objects.filter(
        student=student,
        session__withdrawn_at=None,
        session__in=access.visible_sessions(user, on=timezone.localdate(now)),
    )
    if before is not None:
        links = links.filter(before.older("linked", "session__happened_at"))
    page = links.select_related("session", "session__student").order_by("-session__happened_at", "-pk")[
        :limit
    ]
    return [
        Entry(
            Position(one.session.happened_at, "linked", one.pk),
            "linked",
            "counselling/_entry_linked.html",
            "counselling/_print_linked.html",
            {"link": one, "session": one.session},
        )
        for one in page
    ]


TALK_SOURCE = Source("talk", _("Talks"), talk_entries)
LINKED_SOURCE = Source("linked", _("Mentions"), linked_entries)
