"""How long it is since pupils last really talked with home, and at what time of day that was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Min
from django.utils import timezone

from calls.models import ContactAttempt
from students.models import Enrolment


def last_talks(student_ids: Sequence[int]) -> dict[int, datetime]:
    """When each pupil last talked with somebody at home, by whatever way: no answer is no contact."""
    rows = (
        ContactAttempt.objects.filter(student_id__in=student_ids, outcome__in=ContactAttempt.REACHED)
        .order_by("student_id", "-at", "-pk")
        .distinct("student_id")
    )
    return dict(rows.values_list("student_id", "at"))


def days_waited(student_ids: Sequence[int], *, on: date) -> dict[int, int]:
    """Days since the last real conversation; for who never had one, since they came to the school."""
    talks = last_talks(student_ids)
    never = [one for one in student_ids if one not in talks]
    enrolled = Enrolment.objects.filter(student_id__in=never).values_list("student_id")
    came = dict(enrolled.annotate(came_on=Min("started_on")))
    since = {one: timezone.localdate(at) for one, at in talks.items()} | came
    return {one: max(0, (on - since[one]).days) if one in since else 0 for one in student_ids}
