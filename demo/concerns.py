"""Three reports in the first school: one being looked into, one not seen yet, one about a colleague."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import User
from counselling.models import Concern
from counselling.services import concern_handling, concerns
from counselling.services.concern_words import Words
from counselling.services.concerns import ConcernDetails
from demo import stories
from demo.households import SchoolFacts
from students.models import Student


@dataclass(frozen=True)
class _Story:
    """Who reports what, how long ago; `about` is a colleague."""

    number: int
    reporter_id: int
    category: str
    urgency: int
    ago: timedelta
    about_id: int | None = None


def report(facts: SchoolFacts, *, now: datetime) -> list[Concern]:
    """Made by the services themselves, so that readers, alerts and seals are those of a real report."""
    teacher = next(one for one in facts.classes if (one.grade, one.number) == (3, 2))
    colleague = next(one for one in facts.classes if one.teacher_id != teacher.teacher_id)
    told = [
        _Story(0, facts.warden_ids[0], Concern.Category.CHANGED, 2, timedelta(days=3)),
        _Story(1, teacher.teacher_id, Concern.Category.HOME, 2, timedelta(minutes=40)),
        _Story(2, facts.paired_ids[0], Concern.Category.STAFF, 2, timedelta(hours=2), colleague.teacher_id),
    ]
    pupils = Student.objects.filter(enrolments__school_class_id=teacher.id).order_by("pk")
    made = [
        _report(story, student, now - story.ago) for story, student in zip(told, pupils[:3], strict=False)
    ]
    lead = User.objects.get(pk=facts.lead_id)
    if made:
        seen_at = now - told[0].ago + timedelta(minutes=25)
        concern_handling.look_into(concern=made[0], by=lead, now=seen_at)
    return made


def _report(story: _Story, student: Student, at: datetime) -> Concern:
    facts, child_words, action = stories.CONCERNS[story.number]
    return concerns.report_concern(
        student=student,
        client_id=UUID(int=story.number + 1),
        words=Words(facts, child_words, action),
        details=ConcernDetails(
            happened_at=at - timedelta(hours=1),
            category=story.category,
            urgency=story.urgency,
            told_in_person=story.number != 1,
            about_staff=User.objects.get(pk=story.about_id) if story.about_id else None,
        ),
        by=User.objects.get(pk=story.reporter_id),
        now=at,
    )
