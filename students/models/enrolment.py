"""Which class a pupil is in, and which teacher is paired with them, from day to day."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from core.privacy import PERSONAL, PUBLIC, Label
from schools.models import School, SchoolClass
from students.models.people import Student


class _Int8Range(Func):
    """A range of one number: lets GiST compare ids without the btree_gist extension."""

    function = "int8range"


class _DateRange(Func):
    function = "daterange"
    output_field = DateRangeField()


class DatedQuerySet(models.QuerySet["models.Model"]):
    def active(self, on: date):  # type: ignore[no-untyped-def]
        """Rows in force on a day; the last day counts."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=on), started_on__lte=on)


class Enrolment(models.Model):
    """A pupil is in one class from a day to a day; the database refuses two at a time."""

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "school_class": PUBLIC,
        "started_on": PUBLIC,
        "ended_on": PUBLIC,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="enrolments")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="enrolments")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="students_enrolment_order", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            ),
            models.UniqueConstraint(
                fields=["student"], name="students_enrolment_open_once", condition=Q(ended_on=None)
            ),
            ExclusionConstraint(
                name="students_enrolment_no_overlap",
                expressions=[
                    (_Int8Range(F("student_id"), F("student_id"), Value("[]")), RangeOperators.OVERLAPS),
                    (_DateRange(F("started_on"), F("ended_on"), Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["school_class", "student"], name="students_enrolment_class"),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} in {self.school_class_id}"

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day; the last day counts."""
        return self.started_on <= on and (self.ended_on is None or on <= self.ended_on)


class Pairing(models.Model):
    """A teacher looks after this pupil in particular (结对帮扶), from a day to a day."""

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "teacher": PERSONAL,
        "started_on": PUBLIC,
        "ended_on": PUBLIC,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="pairings")
    teacher = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pairings")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="students_pairing_order", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            ),
            models.UniqueConstraint(
                fields=["student", "teacher"], name="students_pairing_once", condition=Q(ended_on=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.teacher_id} with {self.student_id}"
