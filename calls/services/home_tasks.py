"""Tasks of the class teacher: nobody at home was reached all evening."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from calls.models import Call, HomeTask
from core import audit
from reminders import services as reminder_services
from schools.models import Membership
from students.models import Enrolment, Student

CATEGORY = "home_task"


def make(call: Call, pupils: Iterable[Student], *, by: User, now: datetime) -> list[HomeTask]:
    """One for each pupil, unless one is open already; their class teachers are told."""
    open_for = set(
        HomeTask.objects.filter(student__in=list(pupils), done_at=None).values_list("student_id", flat=True)
    )
    made = []
    for pupil in pupils:
        if pupil.pk not in open_for:
            task = HomeTask.objects.create(school_id=call.school_id, student=pupil, call=call, made_at=now)
            audit.record("home_task.made", by=by, target=task, subject=pupil)
            _tell(task, by=by, now=now)
            made.append(task)
    return made


def _tell(task: HomeTask, *, by: User, now: datetime) -> None:
    for teacher in class_teachers(task.student_id, now=now):
        reminder_services.plan(
            recipient=teacher,
            school_id=task.school_id,
            category=CATEGORY,
            about=_about(task),
            url_path=reverse("calls:tasks"),
            due_at=now,
            by=by,
        )


def class_teachers(student_id: int, *, now: datetime) -> list[User]:
    """Whoever leads the pupil's class today, stand-ins among them."""
    on = timezone.localdate(now)
    classes = Enrolment.objects.active(on).filter(student_id=student_id).values("school_class_id")
    held = Membership.objects.active(on).filter(role=Role.HOMEROOM_TEACHER, school_class_id__in=classes)
    return list(User.objects.filter(pk__in=held.values("user_id"), is_active=True).order_by("pk"))


def close_for(pupils: Iterable[Student], *, by: User, now: datetime) -> None:
    """Home was reached: nothing is left to do."""
    close(HomeTask.objects.filter(student__in=list(pupils)), by=by, now=now)


def close(found: QuerySet[HomeTask], *, by: User, now: datetime) -> None:
    for task in found.filter(done_at=None).select_for_update():
        task.done_at, task.done_by = now, by
        task.save(update_fields=["done_at", "done_by"])
        reminder_services.cancel(about=_about(task), by=by, now=now)
        audit.record("home_task.done", by=by, target=task)


def _about(task: HomeTask) -> str:
    return f"calls.hometask:{task.public_id}"
